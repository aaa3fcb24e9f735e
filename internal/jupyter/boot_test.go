package jupyter_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nbhosting/nbhosting/internal/jupyter"
)

func TestBootKeepsSecretsInItsDirectory(t *testing.T) {
	boot := jupyter.Boot{Places: jupyter.Confined(), Socket: "s.sock", BasePath: "/server/1/s3cret/", Token: "t0ken"}
	uid := os.Getuid()
	if uid == 0 {
		uid = 54321
	}
	dir := filepath.Join(t.TempDir(), "site", "1")
	if err := boot.Write(dir, uid); err != nil {
		t.Fatal(err)
	}
	if seen := strings.Join(append(boot.Command(), boot.Env()...), " "); strings.Contains(seen, "s3cret") || strings.Contains(seen, "t0ken") {
		t.Errorf("others can read %s", seen)
	}
	for name, want := range map[string]os.FileMode{"": 0o700, "jupyter_server_config.json": 0o400, "start.py": 0o400} {
		info, err := os.Lstat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if owner := int(info.Sys().(*syscall.Stat_t).Uid); info.Mode().Perm() != want || owner != uid {
			t.Errorf("%q: %v of user %d, want %v of user %d", name, info.Mode(), owner, want, uid)
		}
	}
	settings, err := os.ReadFile(filepath.Join(dir, "jupyter_server_config.json"))
	if err != nil || !strings.Contains(string(settings), `"sock":"/run/nbhosting/s.sock"`) || !strings.Contains(string(settings), `"token":"t0ken"`) {
		t.Errorf("settings: %s, %v", settings, err)
	}
	if err := boot.Write(dir, uid); !errors.Is(err, os.ErrExist) {
		t.Errorf("a directory that somebody may have made: %v", err)
	}
}

func TestAwaitEndsWhenThereIsNothingToWaitFor(t *testing.T) {
	refused := func(context.Context) (net.Conn, error) { return nil, errors.New("refused") }
	gone := errors.New("gone")
	c := jupyter.New(refused, "/", "")
	if err := c.Await(t.Context(), func(context.Context) error { return gone }); !errors.Is(err, gone) {
		t.Errorf("await: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	alive := func(context.Context) error { cancel(); return nil }
	if err := c.Await(ctx, alive); !errors.Is(err, context.Canceled) {
		t.Errorf("await: %v", err)
	}
}
