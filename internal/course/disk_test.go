package course_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

// mount mounts something at a directory of the site, with what is there already.
func (s site) mount(dir, kind string, flags uintptr) {
	s.T.Helper()
	if os.Getuid() != 0 {
		s.T.Skip("needs root to mount")
	}
	full := filepath.Join(s.Root, dir)
	kept := full + ".kept"
	source := full
	if kind != "" {
		source = kind
		if err := os.Rename(full, kept); err != nil {
			s.T.Fatal(err)
		}
		if err := os.Mkdir(full, 0o755); err != nil {
			s.T.Fatal(err)
		}
	}
	if err := syscall.Mount(source, full, kind, flags, ""); err != nil {
		s.T.Skipf("cannot mount: %v", err)
	}
	s.T.Cleanup(func() { syscall.Unmount(full, syscall.MNT_DETACH) })
	if kind == "" {
		return
	}
	if err := errors.Join(os.CopyFS(full, os.DirFS(kept)), os.RemoveAll(kept)); err != nil {
		s.T.Fatal(err)
	}
}

func TestStudentsOnAnotherFileSystem(t *testing.T) {
	for name, mount := range map[string]func(s site){
		"another":            func(s site) { s.mount("students", "tmpfs", 0) },
		"the same, twice":    func(s site) { s.mount("students", "", syscall.MS_BIND) },
		"statistics of it":   func(s site) { s.mount("raw/tour", "tmpfs", 0) },
		"one workspace's":    func(s site) { s.mount("students/alice/tour", "tmpfs", 0) },
		"one student's home": func(s site) { s.mount("students/bob", "", syscall.MS_BIND) },
	} {
		t.Run(name, func(t *testing.T) {
			s := lived(t)
			if err := os.Remove(filepath.Join(s.Root, "students/alice/tour/etc")); err != nil { // CopyFS follows it
				t.Fatal(err)
			}
			mount(s)
			want := s.all()
			want["trash"] = "drwx------"
			err := s.Delete(t.Context(), tour, course.DeleteOptions{}, io.Discard)
			sitetest.WantKind(t, err, nbhosting.Conflict)
			if !strings.Contains(nbhosting.MessageOf(err), "file system") {
				t.Errorf("said: %v", err)
			}
			s.wantAll(want)
			switch name {
			case "statistics of it", "one workspace's": // nor can these be renamed or removed
				sitetest.WantKind(t, changes["rename"](t.Context(), s.Catalog, io.Discard), nbhosting.Conflict)
				sitetest.WantKind(t, changes["purge"](t.Context(), s.Catalog, io.Discard), nbhosting.Conflict)
				s.wantAll(want)
				return
			}
			if _, err := s.rename("new"); err != nil {
				t.Error(err)
			}
			if err := s.Delete(t.Context(), "new", course.DeleteOptions{Purge: true}, io.Discard); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestChangesOnAFullDiskAreDoneOrNot(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": ""})
	failed := 0
	for name, change := range changes {
		for _, room := range []int{0, 4 << 10, 12 << 10, 20 << 10, 40 << 10} {
			s := newSiteAt(t, smallDisk(t))
			s.create(a.Dir)
			s.write("students/alice/tour/a.md", "work")
			s.write("raw/tour/events.raw", "line")
			s.fill(room)
			before := s.tree()
			err := change(t.Context(), s.Catalog, io.Discard)
			if err == nil {
				if _, err := s.Course(t.Context(), tour); err == nil {
					t.Errorf("%s with room of %d: it is as it was", name, room)
				}
				continue
			}
			failed++
			after := s.tree()
			delete(after, "trash")
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("%s with room of %d: %v (-before +after):\n%s", name, room, err, diff)
			}
			if err := os.Remove(filepath.Join(s.Root, "filler")); err != nil {
				t.Fatal(err)
			}
			for s.isClosed(tour) { // it opens by itself, now that there is room
				time.Sleep(10 * time.Millisecond)
			}
			if err := change(t.Context(), s.Catalog, io.Discard); err != nil {
				t.Errorf("%s with room of %d: afterwards: %v", name, room, err)
			}
		}
	}
	if failed == 0 {
		t.Error("the disk was never full")
	}
}

// fill leaves so many bytes of room on the site's disk.
func (s site) fill(room int) {
	s.T.Helper()
	file, err := os.Create(filepath.Join(s.Root, "filler"))
	if err != nil {
		s.T.Fatal(err)
	}
	defer file.Close()
	size := 0
	for err == nil {
		var n int
		n, err = file.Write(make([]byte, 4096))
		size += n
	}
	if !errors.Is(err, syscall.ENOSPC) {
		s.T.Fatal(err)
	}
	if err := file.Truncate(int64(max(0, size-room))); err != nil {
		s.T.Fatal(err)
	}
}
