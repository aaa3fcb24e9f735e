package sandbox

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// dropRights makes this thread an ordinary user without any privilege, for good.
// Only this thread becomes the program, so the calls are for it alone.
func dropRights(p plan) error {
	for c := uintptr(0); ; c++ {
		err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0)
		if errors.Is(err, unix.EINVAL) {
			break // there are no more capabilities
		}
		if err != nil {
			return err
		}
	}
	if p.Root {
		if err := raw(unix.SYS_SETGROUPS, 0, 0, 0); err != nil {
			return err
		}
	}
	gid, uid := uintptr(p.GID), uintptr(p.UID)
	if err := errors.Join(raw(unix.SYS_SETRESGID, gid, gid, gid), raw(unix.SYS_SETRESUID, uid, uid, uid)); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return err
	}
	none := [2]unix.CapUserData{} // the interface of version 3 takes two
	if err := unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0]); err != nil {
		return err
	}
	return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
}

func raw(call, a, b, c uintptr) error {
	if _, _, errno := syscall.RawSyscall(call, a, b, c); errno != 0 {
		return errno
	}
	return nil
}
