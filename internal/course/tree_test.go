package course_test

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOddNamesArePublished(t *testing.T) {
	names := []string{
		"100%.md", "#1?.md", "a b.ipynb", "a\nb.md", "c'est \"ça\".py", "e\u0301te\u0301.md", "x.y.z.md", "été.md", `back\slash.md`,
		"A.md", "a.md", "-rf.md", "w 1/semaine n°1/:x.md",
	}
	a := newAuthor(t)
	files := map[string]string{}
	for _, name := range names {
		files[name] = name
	}
	a.commit(files)
	s := newSite(t)
	s.create(a.dir)
	if got := s.files("courses/tour"); len(got) != len(names) {
		t.Errorf("got %q", got)
	}
	r, err := s.Revision(tour)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, name := range names {
		if r.Find([]string{name}) != name || s.read("courses/tour/"+name) != name {
			t.Errorf("%q is not as it was", name)
		}
	}
}

func TestWhatLeavesTheRepositoryIsNotPublished(t *testing.T) {
	a := newAuthor(t)
	commit := a.commit(map[string]string{"a.md": ""})
	for link, target := range map[string]string{
		"passwd.md": "/etc/passwd", "up.ipynb": "../../../../db", "data": "/etc", "w1": "..", "modules": "/usr/lib",
	} {
		if err := os.Symlink(target, filepath.Join(a.dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	a.git("update-index", "--add", "--cacheinfo", "160000,"+commit+",media")
	a.git("add", "passwd.md", "up.ipynb", "data", "w1", "modules")
	a.git("commit", "--quiet", "--message=links")
	s := newSite(t)
	s.create(a.dir)
	for dir, want := range map[string][]string{"courses/tour": {"a.md"}, "modules/tour": {}, "static/tour": {}} {
		if diff := cmp.Diff(want, s.files(dir)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", dir, diff)
		}
	}
	r, err := s.Revision(tour)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if len(r.Mappings) != 0 {
		t.Errorf("mappings that lead nowhere: %v", r.Mappings)
	}
	if got := r.Find([]string{"passwd.md", "w1/a.md", "../revision.json", "."}); got != "" {
		t.Errorf("found %q", got)
	}
}

func TestARepositoryWithoutNotebooksIsPublished(t *testing.T) {
	a := newAuthor(t)
	commit := a.commit(map[string]string{"README": "soon"})
	s := newSite(t)
	s.create(a.dir)
	if s.published() != commit || len(s.files("courses/tour")) != 0 {
		t.Errorf("published %q", s.published())
	}
}

// raw returns an entry of a tree object as git stores it.
func (a author) raw(mode, name, object string) string {
	a.t.Helper()
	hash, err := hex.DecodeString(object)
	if err != nil {
		a.t.Fatal(err)
	}
	return mode + " " + name + "\x00" + string(hash)
}

// forge makes a commit of a tree that git itself would never write.
func (a author) forge(entries ...string) {
	a.t.Helper()
	a.git("update-ref", "refs/heads/main", a.git("commit-tree", "-m", "forged", a.tree(entries...)))
}

func (a author) tree(entries ...string) string {
	a.t.Helper()
	var all string
	for _, e := range entries {
		all += e
	}
	path := filepath.Join(a.t.TempDir(), "tree")
	if err := os.WriteFile(path, []byte(all), 0o600); err != nil {
		a.t.Fatal(err)
	}
	return a.git("hash-object", "-t", "tree", "-w", "--literally", path)
}

func TestForgedTreesWriteNothingOutside(t *testing.T) {
	for name, forge := range map[string]func(a author, blob string){
		"up":       func(a author, blob string) { a.forge(a.raw("40000", "..", a.tree(a.raw("100644", "evil.md", blob)))) },
		"far up":   func(a author, blob string) { a.forge(a.raw("100644", "../../../../evil.md", blob)) },
		"absolute": func(a author, blob string) { a.forge(a.raw("100644", "/evil.md", blob)) },
		"git":      func(a author, blob string) { a.forge(a.raw("40000", ".git", a.tree(a.raw("100644", "evil.md", blob)))) },
		"twice":    func(a author, blob string) { a.forge(a.raw("100644", "a.md", blob), a.raw("100755", "a.md", blob)) },
		"file and folder": func(a author, blob string) {
			a.forge(a.raw("100644", "a.md", blob), a.raw("40000", "a.md", a.tree(a.raw("100644", "evil.md", blob))))
		},
		"link and folder": func(a author, blob string) {
			link := a.raw("120000", "w1", a.object("../../../.."))
			a.forge(link, a.raw("40000", "w1", a.tree(a.raw("100644", "fine.md", blob))))
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAuthor(t)
			first := a.commit(map[string]string{"a.md": "1"})
			s := newSite(t)
			s.create(a.dir)
			forge(a, a.object("evil"))
			if _, err := s.Pull(t.Context(), tour, t.Output()); err == nil && name != "link and folder" {
				t.Error("it was published")
			} else if err != nil && s.published() != first {
				t.Errorf("published %q", s.published())
			}
			s.wantNoLeftovers()
			wantNoEvil(t, s.root)
		})
	}
}

// object stores a file and returns its hash.
func (a author) object(content string) string {
	a.t.Helper()
	path := filepath.Join(a.t.TempDir(), "blob")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		a.t.Fatal(err)
	}
	return a.git("hash-object", "-t", "blob", "-w", path)
}

func wantNoEvil(t *testing.T, root string) {
	t.Helper()
	if _, err := os.Stat("/evil.md"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a file was written to the top of the host")
	}
	err := filepath.WalkDir(filepath.Dir(root), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "evil.md" {
			t.Errorf("written: %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
