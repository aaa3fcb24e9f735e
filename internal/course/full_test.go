package course_test

import (
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

// smallDisk makes a file system of 1 MB.
func smallDisk(t *testing.T) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root to mount a small file system")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("cannot mount: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// Two files of 3 MB: one is as large in a repository, the other is tiny there.
var (
	packed = string(noise(3 << 20))
	sparse = strings.Repeat("0", 3<<20)
)

func noise(size int) []byte {
	text := make([]byte, size)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range text {
		text[i] = byte(r.Uint32())
	}
	return text
}

func TestCreateOnAFullDiskLeavesNothing(t *testing.T) {
	for name, content := range map[string]string{"full by the clone": packed, "full by the revision": sparse} {
		t.Run(name, func(t *testing.T) {
			s := newSiteAt(t, smallDisk(t))
			a := gittest.NewAuthor(t)
			a.Commit(map[string]string{"big.ipynb": content})
			_, err := s.try(a.Dir)
			sitetest.WantKind(t, err, nbhosting.Unavailable)
			s.wantNothing()
		})
	}
}

func TestPullOnAFullDiskLeavesWhatWasPublished(t *testing.T) {
	for name, content := range map[string]string{"full by the fetch": packed, "full by the revision": sparse} {
		t.Run(name, func(t *testing.T) {
			s := newSiteAt(t, smallDisk(t))
			a := gittest.NewAuthor(t)
			first := a.Commit(map[string]string{"a.md": "1"})
			s.create(a.Dir)
			a.Commit(map[string]string{"a.md": "2", "big.ipynb": content})
			sitetest.WantKind(t, pullError(s.Pull(t.Context(), tour, io.Discard)), nbhosting.Unavailable)
			if got := s.Read("courses/tour/a.md"); got != "1" || s.published() != first {
				t.Errorf("now published: %q of %s", got, s.published())
			}
			s.WantNoLeftovers()
			if left, _ := filepath.Glob(filepath.Join(s.Root, "courses-git/tour/.git/objects/*/*tmp_*")); len(left) > 0 {
				t.Errorf("parts of what was fetched keep the disk full: %v", left)
			}
			a.Git("reset", "--quiet", "--hard", first)
			a.Commit(map[string]string{"a.md": "3"})
			s.pull()
			if got := s.Read("courses/tour/a.md"); got != "3" {
				t.Errorf("afterwards: %q", got)
			}
		})
	}
}
