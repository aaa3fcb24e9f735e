package workspace_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

func writeAs(path, text string) error {
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil || os.Getuid() != 0 {
		return err
	}
	return os.Chown(path, uid, uid)
}

func wantContent(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); string(got) != want || err != nil {
		t.Errorf("%s holds %q, %v; want %q", filepath.Base(path), got, err, want)
	}
}

func TestExistingMakesNothing(t *testing.T) {
	s := newSite(t)
	if _, err := s.all.Existing(key); nbhosting.KindOf(err) != nbhosting.NotFound || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if entries, _ := os.ReadDir(s.dir); len(entries) > 0 {
		t.Errorf("made %v", entries)
	}
	w := s.prepare(t)
	if got, err := s.all.Existing(key); got != w || err != nil || got.Key() != key {
		t.Errorf("got %+v, %v; want %+v", got, err, w)
	}
}

func TestReadTellsContentModeAndTime(t *testing.T) {
	w := newSite(t).prepare(t)
	if _, err := w.Copy(source(t), "w1/nb.ipynb"); err != nil {
		t.Fatal(err)
	}
	text, info, err := w.Read("w1/nb.ipynb", 100)
	if string(text) != "from the course" || err != nil || info.Mode() != 0o644 || !info.ModTime().Equal(modTime) {
		t.Errorf("got %q, %v, %v", text, info, err)
	}
	if _, _, err := w.Read("w1/nb.ipynb", 14); nbhosting.KindOf(err) != nbhosting.Conflict {
		t.Errorf("too large: got %v", err)
	}
	if _, _, err := w.Read("w1/other.ipynb", 14); nbhosting.KindOf(err) != nbhosting.NotFound {
		t.Errorf("absent: got %v", err)
	}
}

func TestReplaceKeepsWhatWasThere(t *testing.T) {
	w := newSite(t).prepare(t)
	file := filepath.Join(w.Dir, "nb.ipynb")
	if err := errors.Join(writeAs(file, "mine"), os.Chmod(file, 0o640), os.Symlink("nb.ipynb", w.Dir+"/link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nb.ipynb", "link", "new/one.ipynb"} {
		before, _ := os.ReadFile(filepath.Join(w.Dir, name))
		var kept [][]byte
		err := w.Replace(name, []byte("new at "+name), workspace.ReplaceOptions{Keep: func(b []byte) error {
			kept = append(kept, b)
			return nil
		}})
		if diff := cmp.Diff([][]byte{before}, kept); diff != "" || err != nil {
			t.Errorf("%s: %v, kept (-want +got):\n%s", name, err, diff)
		}
		wantContent(t, filepath.Join(w.Dir, name), "new at "+name)
		wantOwner(t, filepath.Join(w.Dir, filepath.Dir(name)))
	}
	wantOwner(t, file)
	wantOwner(t, w.Dir+"/new/one.ipynb")
	if info, _ := os.Stat(file); info.Mode() != 0o640 {
		t.Errorf("mode is %v", info.Mode())
	}
	if target, _ := os.Readlink(w.Dir + "/link"); target != "nb.ipynb" {
		t.Errorf("the link leads to %q", target)
	}
}

func TestReplaceChangesNothing(t *testing.T) {
	other := sha256.Sum256([]byte("what was shown"))
	broken := errors.New("the history's disk is full")
	for name, o := range map[string]workspace.ReplaceOptions{
		"if another content was expected": {Expected: &other},
		"if it cannot be kept":            {Keep: func([]byte) error { return broken }},
		"if there is too much of it":      {Most: 3},
	} {
		t.Run(name, func(t *testing.T) {
			w := newSite(t).prepare(t)
			if err := writeAs(w.Dir+"/nb.md", "mine"); err != nil {
				t.Fatal(err)
			}
			before, _ := os.Stat(w.Dir + "/nb.md")
			err := w.Replace("nb.md", []byte("new"), o)
			if nbhosting.KindOf(err) != nbhosting.Conflict && !errors.Is(err, broken) {
				t.Errorf("got %v", err)
			}
			after, _ := os.Stat(w.Dir + "/nb.md")
			if !os.SameFile(before, after) {
				t.Error("it is another file now")
			}
			wantContent(t, w.Dir+"/nb.md", "mine")
			if entries, _ := os.ReadDir(w.Dir); len(entries) != 1 {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
}

// unzip returns the content of each file of a zip by its name, and the names.
func unzip(t *testing.T, packed []byte) (files map[string]string, names []string) {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name], names = string(text), append(names, f.Name)
	}
	return files, names
}

func TestZipHoldsTheFiles(t *testing.T) {
	w := newSite(t).prepare(t)
	big := strings.Repeat("0123456789", 300_000)
	if err := errors.Join(
		mkdirAs(w.Dir+"/w1"), mkdirAs(w.Dir+"/empty"), writeAs(w.Dir+"/w1/b.ipynb", "b"), writeAs(w.Dir+"/w1/a.ipynb", "a"), writeAs(w.Dir+"/été", big),
		os.Symlink("w1/a.ipynb", w.Dir+"/link"), os.Symlink("/home/jovyan/static/data", w.Dir+"/data"), writeAs(w.Dir+"/bad\xff\n\\", "bad"),
		os.Chtimes(w.Dir+"/w1/a.ipynb", modTime, modTime),
	); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := w.Zip(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	files, names := unzip(t, out.Bytes())
	want := map[string]string{
		"tour/bad%FF%0A%5C": "bad", "tour/link": "a", "tour/w1/a.ipynb": "a", "tour/w1/b.ipynb": "b", "tour/été": big,
	}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"tour/bad%FF%0A%5C", "tour/link", "tour/w1/a.ipynb", "tour/w1/b.ipynb", "tour/été"}, names); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	r, _ := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if f, _ := r.Open("tour/w1/a.ipynb"); f != nil {
		if info, _ := f.Stat(); !info.ModTime().Equal(modTime) {
			t.Errorf("changed at %v", info.ModTime())
		}
	}
}

func TestZipEndsWithItsContext(t *testing.T) {
	w := newSite(t).prepare(t)
	noise := make([]byte, 8<<20)
	rand.Read(noise)
	if err := writeAs(w.Dir+"/big", string(noise)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, out := io.Pipe()
	go func() {
		io.ReadFull(r, make([]byte, 10))
		cancel()
		io.Copy(io.Discard, r)
	}()
	if err := w.Zip(ctx, out); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestUseCountsWhatIsAllocated(t *testing.T) {
	w := newSite(t).prepare(t)
	if err := errors.Join(
		mkdirAs(w.Dir+"/w1"), writeAs(w.Dir+"/w1/a", strings.Repeat("x", 1<<20)), os.Link(w.Dir+"/w1/a", w.Dir+"/again"),
		writeAs(w.Dir+"/holes", ""), os.Truncate(w.Dir+"/holes", 1<<40), os.Symlink("/", w.Dir+"/out"),
	); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 { // what students close to themselves counts
		if err := os.Chmod(w.Dir+"/w1", 0); err != nil {
			t.Fatal(err)
		}
	}
	got, err := w.Use(t.Context())
	if err != nil || got.Partial || got.Files != 3 || got.Bytes < 1<<20 || got.Bytes > 1<<20+1<<16 {
		t.Errorf("got %+v, %v", got, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	if got, err := w.Use(ctx); !got.Partial || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("too late: got %+v, %v", got, err)
	}
}
