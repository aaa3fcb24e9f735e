package sandbox

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// boundNamespaces closes ways around the limits that namespaces would open: more
// of them, and shared memory that is no process's. A kernel that has not the
// file, or lets us not write it, leaves that way open.
func boundNamespaces(p plan) error {
	settings := []struct{ file, value string }{
		{"/proc/self/oom_score_adj", "1000"}, // if memory runs out, it is the first to go
		{"/proc/sys/kernel/shmmni", "0"},
		{"/proc/sys/kernel/shmall", "0"},
		{"/proc/sys/kernel/msgmni", "0"},
	}
	if p.OwnUsers { // else it would be the host's
		settings = append(settings, struct{ file, value string }{"/proc/sys/user/max_user_namespaces", "0"})
	}
	for _, s := range settings {
		err := os.WriteFile(s.file, []byte(s.value), 0)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, unix.EROFS) {
			return err
		}
	}
	return nil
}
