package sandbox

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// limit is a bound of one resource.
type limit struct {
	resource int
	value    syscall.Rlimit
}

// limits returns the bounds that l asks for, unless there are stricter ones.
func (l Limits) limits() ([]limit, error) {
	all := []limit{{resource: unix.RLIMIT_CORE}}
	for _, want := range []struct {
		resource int
		value    int64
	}{
		{unix.RLIMIT_CPU, int64(seconds(l.CPUTime).Seconds())},
		{unix.RLIMIT_NPROC, l.Processes},
		{unix.RLIMIT_FSIZE, l.FileBytes},
		{unix.RLIMIT_NOFILE, l.OpenFiles},
		{unix.RLIMIT_AS, l.MemoryBytes},
	} {
		if want.value <= 0 {
			continue
		}
		var now syscall.Rlimit
		if err := syscall.Getrlimit(want.resource, &now); err != nil {
			return nil, fmt.Errorf("resource %d: %w", want.resource, err)
		}
		value := min(uint64(want.value), now.Max)
		all = append(all, limit{want.resource, syscall.Rlimit{Cur: value, Max: value}})
	}
	return all, nil
}

// start sets the limits and becomes the program. This program has more memory
// and threads than the limits allow, and fails where it needs one more; so all that
// is needed is made beforehand, and nothing but system calls comes in between.
func start(p plan) error {
	if err := unix.Access(p.Command[0], unix.X_OK); err != nil {
		return fmt.Errorf("%s: %w", p.Command[0], err)
	}
	limits, err := p.Limits.limits()
	if err != nil {
		return err
	}
	program, err := syscall.BytePtrFromString(p.Command[0])
	if err != nil {
		return err
	}
	args, err := syscall.SlicePtrFromStrings(p.Command)
	if err != nil {
		return err
	}
	env, err := syscall.SlicePtrFromStrings(p.Env)
	if err != nil {
		return err
	}
	unix.Umask(0o022)
	for i := range limits {
		l := &limits[i]
		if _, _, errno := syscall.RawSyscall6(unix.SYS_PRLIMIT64, 0, uintptr(l.resource), uintptr(unsafe.Pointer(&l.value)), 0, 0, 0); errno != 0 {
			return errno
		}
	}
	_, _, errno := syscall.RawSyscall(unix.SYS_EXECVE, uintptr(unsafe.Pointer(program)),
		uintptr(unsafe.Pointer(&args[0])), uintptr(unsafe.Pointer(&env[0])))
	return errno
}
