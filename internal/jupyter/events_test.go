package jupyter_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/jupyter"
)

func TestEventsAreReadAsUntrusted(t *testing.T) {
	dir, uid := t.TempDir(), os.Getuid()
	if got, err := jupyter.Events(dir, uid); got != nil || err != nil {
		t.Errorf("nothing has happened: got %v, %v", got, err)
	}
	const id = "a55ca9ff-7bd2-4a0f-b1cb-4c3f2a8ba52b"
	lines := []string{
		`{"time": 1767323045.25, "kernel": "` + id + `", "limit": 268435456}`,
		`not an event`, `{}`, `[1]`, `{"time": -1}`, `{"time": 1e300}`, `{"time": 1, "limit": -1}`,
		`{"time": 1, "kernel": "<script>"}`, `{"time": 1, "kernel": "` + strings.Repeat("a", 65) + `"}`,
		`{"time": 1767323046, "kernel": ""}`,
		`{"time": 17673230`, // cut off
	}
	if err := os.WriteFile(dir+"/memory.jsonl", []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := jupyter.Events(dir, uid)
	want := []jupyter.Event{{Time: time.UnixMilli(1767323045250), Kernel: id, Limit: 256 << 20}, {Time: time.Unix(1767323046, 0)}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, (-want +got):\n%s", err, diff)
	}
	if got, err := jupyter.Events(dir, uid+1); err == nil {
		t.Errorf("another's: got %v", got)
	}
}

func TestEventsOfHostileServers(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	const event = `{"time": 1}` + "\n"
	if err := os.WriteFile(secret, []byte(event), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, put := range map[string]func(file string) error{
		"link":      func(file string) error { return os.Symlink(secret, file) },
		"pipe":      func(file string) error { return syscall.Mkfifo(file, 0o666) },
		"directory": func(file string) error { return os.Mkdir(file, 0o755) },
		"hard link": func(file string) error {
			if os.Getuid() != 0 {
				return errors.Join(os.Symlink(secret, file))
			}
			return errors.Join(os.Link(secret, file), os.Chown(file, 4321, 4321))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := put(dir + "/memory.jsonl"); err != nil {
				t.Fatal(err)
			}
			if got, err := jupyter.Events(dir, os.Getuid()); err == nil {
				t.Errorf("got %v", got)
			}
		})
	}
	t.Run("endless", func(t *testing.T) {
		dir := t.TempDir()
		var text strings.Builder
		for n := range 100_000 {
			fmt.Fprintf(&text, `{"time": %d}`+"\n", n+1)
		}
		if err := os.WriteFile(dir+"/memory.jsonl", []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := jupyter.Events(dir, os.Getuid()); len(got) != 50 || err != nil {
			t.Errorf("got %d events, %v", len(got), err)
		}
	})
}
