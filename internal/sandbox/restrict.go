package sandbox

import (
	"fmt"
	"slices"
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"
)

// restrict takes rights away from mounts: devices and set-user-id programs have
// no effect, and what is read-only cannot be written. It goes through each mount that
// came along; the one call that does it for a whole tree is too new for some hosts.
func restrict(mounts []Mount) error {
	found, err := mountinfo.GetMounts(mountinfo.PrefixFilter(base))
	if err != nil {
		return err
	}
	restricted := make([]bool, len(mounts))
	for _, info := range found {
		path := strings.TrimPrefix(info.Mountpoint, base)
		i := slices.IndexFunc(mounts, func(m Mount) bool { return isIn(path, m.Target) })
		if i < 0 {
			continue
		}
		if err := unix.Mount("", info.Mountpoint, "", remountFlags(mounts[i], info.Options), ""); err != nil {
			return fmt.Errorf("restrict %s: %w", info.Mountpoint, err)
		}
		restricted[i] = true
	}
	if i := slices.Index(restricted, false); i >= 0 {
		return fmt.Errorf("restrict %s: the kernel does not list it", mounts[i].Target)
	}
	return nil
}

// remountFlags returns the flags of a mount that has some already, which stay: they may be locked.
func remountFlags(m Mount, options string) uintptr {
	flags := uintptr(unix.MS_REMOUNT | unix.MS_BIND | unix.MS_NOSUID | unix.MS_NODEV)
	has := strings.Split(options, ",")
	if m.ReadOnly || slices.Contains(has, "ro") {
		flags |= unix.MS_RDONLY
	}
	if slices.Contains(has, "noexec") {
		flags |= unix.MS_NOEXEC
	}
	if slices.Contains(has, "nosymfollow") {
		flags |= unix.MS_NOSYMFOLLOW
	}
	return flags
}
