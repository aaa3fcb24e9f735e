package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// base is where the new file system is put together, in a mount namespace of
// its own: what it covers there stays in place for everybody else.
const base = "/tmp"

// makeRoot replaces the file system by one that holds what the plan shows.
func makeRoot(p plan) error {
	mounts, err := systemMounts()
	if err != nil {
		return err
	}
	all := append(mounts, p.Mounts...)
	sources, err := openAll(all) // before anything is covered
	if err != nil {
		return err
	}
	devices, err := openAll(deviceMounts())
	if err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("part from the host's mounts: %w", err)
	}
	unix.Umask(0)
	if err := makeDirs(p.Limits.ScratchBytes); err != nil {
		return err
	}
	for i, m := range deviceMounts() {
		if err := bind(devices[i], m.Target); err != nil {
			return err
		}
	}
	for i, m := range all {
		if err := bind(sources[i], m.Target); err != nil {
			return err
		}
	}
	if err := restrict(all); err != nil {
		return err
	}
	return enter()
}

// makeDirs makes the file system's own part.
func makeDirs(scratch int64) error {
	const own = unix.MS_NOSUID | unix.MS_NODEV
	if err := unix.Mount("tmpfs", base, "tmpfs", own, "mode=0755,size=1m,nr_inodes=2k"); err != nil {
		return fmt.Errorf("make the root: %w", err)
	}
	for _, dir := range []string{"/tmp", "/etc", "/proc", "/dev"} {
		if err := os.Mkdir(base+dir, 0o755); err != nil {
			return err
		}
	}
	if err := unix.Mount("tmpfs", base+"/tmp", "tmpfs", own, fmt.Sprintf("mode=1777,size=%d,nr_inodes=10k", scratch)); err != nil {
		return fmt.Errorf("make /tmp: %w", err)
	}
	for link, target := range map[string]string{
		"/dev/fd": "/proc/self/fd", "/dev/stdin": "fd/0", "/dev/stdout": "fd/1", "/dev/stderr": "fd/2", "/dev/shm": "/tmp",
	} {
		if err := os.Symlink(target, base+link); err != nil {
			return err
		}
	}
	for _, dir := range systemDirs() { // those that are links
		if target, err := os.Readlink(dir); err == nil {
			if err := os.Symlink(target, base+dir); err != nil {
				return err
			}
		}
	}
	// A container that hides parts of its own /proc may not make another: then there is none.
	err := unix.Mount("proc", base+"/proc", "proc", own|unix.MS_NOEXEC|unix.MS_RDONLY, "")
	if err != nil && !errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("make /proc: %w", err)
	}
	return nil
}

// systemMounts shows what of the host programs need.
func systemMounts() ([]Mount, error) {
	var mounts []Mount
	for _, dir := range systemDirs() {
		info, err := os.Lstat(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, err
		case info.IsDir():
			mounts = append(mounts, Mount{dir, dir, true})
		}
	}
	for _, file := range systemFiles() {
		if _, err := os.Stat(file); err == nil { // a link that leads nowhere counts as none
			mounts = append(mounts, Mount{file, file, true})
		}
	}
	return mounts, nil
}

func deviceMounts() []Mount {
	var mounts []Mount
	for _, name := range []string{"null", "zero", "full", "random", "urandom"} {
		mounts = append(mounts, Mount{Source: "/dev/" + name, Target: "/dev/" + name})
	}
	return mounts
}

// enter makes the new file system the root, and lets go of the old one.
func enter() error {
	if err := os.Chdir(base); err != nil {
		return err
	}
	// The old root comes to lie upon the new one, and is taken away.
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("enter the root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("let go of the host's root: %w", err)
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	return unix.Mount("", "/", "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV, "")
}

// sourceError says that something of the host cannot be shown.
type sourceError struct{ error }

func (e *sourceError) Unwrap() error { return e.error }

func isSource(err error) bool {
	_, is := errors.AsType[*sourceError](err)
	return is
}

// openAll returns a descriptor of each source; links on the way are followed.
func openAll(mounts []Mount) ([]int, error) {
	var fds []int
	for _, m := range mounts {
		fd, err := unix.Open(m.Source, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, &sourceError{&fs.PathError{Op: "open", Path: m.Source, Err: err}}
		}
		fds = append(fds, fd)
	}
	return fds, nil
}

// bind shows what a descriptor leads to, with all that is mounted in it.
func bind(fd int, target string) error {
	var info unix.Stat_t
	if err := unix.Fstat(fd, &info); err != nil {
		return err
	}
	target = base + target
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	var err error
	if info.Mode&unix.S_IFMT == unix.S_IFDIR {
		err = os.MkdirAll(target, 0o755)
	} else {
		err = os.WriteFile(target, nil, 0o644)
	}
	if err != nil {
		return err
	}
	if err := unix.Mount(fmt.Sprintf("/proc/self/fd/%d", fd), target, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("show %s: %w", target, err)
	}
	return nil
}
