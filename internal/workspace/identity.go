package workspace

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// asUser calls f with the file-system user and group id uid (setfsuid(2)): the
// kernel judges every file operation in f as that user's, and what f creates is
// theirs. f must not start goroutines that touch files: the ids are a thread's.
// If this program is not root, f is simply called.
func asUser(uid int, f func() error) error {
	if os.Getuid() != 0 || uid == 0 {
		return f()
	}
	runtime.LockOSThread()
	// On any doubt the thread is not unlocked: Go then ends it with its goroutine.
	if err := setFileIDs(uid); err != nil {
		return err
	}
	errF := f()
	if err := setFileIDs(0); err != nil {
		return err
	}
	runtime.UnlockOSThread()
	return errF
}

// setFileIDs reads the ids back: the system calls report no failure.
func setFileIDs(id int) error {
	unix.SetfsgidRetGid(id)
	unix.SetfsuidRetUid(id)
	gid, _ := unix.SetfsgidRetGid(-1)
	uid, _ := unix.SetfsuidRetUid(-1)
	if gid != id || uid != id {
		return fmt.Errorf("take the file ids of user %d: have %d and %d", id, uid, gid)
	}
	return nil
}
