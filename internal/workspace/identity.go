package workspace

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// asUser calls f with the file-system user and group id uid (setfsuid(2)) and no
// other groups: the kernel judges every file operation in f as that user's, and what
// f creates is theirs. f must not start goroutines that touch files: the ids are a
// thread's. It should not take long either, for the thread is its alone.
// If this program is not root, f is simply called.
func asUser(uid int, f func() error) error {
	if os.Getuid() != 0 || uid == 0 {
		return f()
	}
	runtime.LockOSThread()
	// On any doubt the thread is not unlocked: Go then ends it with its goroutine.
	if err := become(uid, nil); err != nil {
		return err
	}
	errF := f()
	if err := become(0, ownGroups()); err != nil {
		return err
	}
	runtime.UnlockOSThread()
	return errF
}

func become(id int, groups []uint32) error {
	return errors.Join(setGroups(groups), setFileIDs(id))
}

// ownGroups are the further groups that this program was started with.
var ownGroups = sync.OnceValue(func() []uint32 {
	var groups []uint32
	all, _ := os.Getgroups() // what cannot be told is not given back
	for _, g := range all {
		groups = append(groups, uint32(g))
	}
	return groups
})

// setGroups sets this thread's further groups (the one of the syscall package
// sets those of all threads). Where a user namespace forbids that, they stay.
func setGroups(groups []uint32) error {
	if len(ownGroups()) == 0 {
		return nil
	}
	_, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, uintptr(len(groups)), uintptr(unsafe.Pointer(unsafe.SliceData(groups))), 0)
	if errno != 0 && errno != unix.EPERM {
		return fmt.Errorf("set the groups of a thread: %w", errno)
	}
	return nil
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
