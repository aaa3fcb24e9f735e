package revision_test

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/git/gittest"
)

func TestOddNamesArePublished(t *testing.T) {
	names := []string{
		"100%.md", "#1?.md", "a b.ipynb", "a\nb.md", "c'est \"ça\".py", "e\u0301te\u0301.md", "x.y.z.md", "été.md", `back\slash.md`,
		"A.md", "a.md", "-rf.md", "w 1/semaine n°1/:x.md",
	}
	a := gittest.NewAuthor(t)
	files := map[string]string{}
	for _, name := range names {
		files[name] = name
	}
	a.Commit(files)
	s := newSite(t)
	s.create(a.Dir)
	if got := s.Files("courses/tour"); len(got) != len(names) {
		t.Errorf("got %q", got)
	}
	r, err := s.Current(tour)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, name := range names {
		if r.Find([]string{name}) != name || s.Read("courses/tour/"+name) != name {
			t.Errorf("%q is not as it was", name)
		}
	}
}

func TestANameThatIsNoTextIsReported(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"data/\xff.csv": "1", "data/fine é.csv": "1"})
	s := newSite(t)
	s.create(a.Dir)
	if got := s.Read("static/tour/data/\xff.csv"); got != "1" {
		t.Errorf("got %q", got)
	}
	findings := s.show().Findings
	if len(findings) != 1 || !strings.Contains(findings[0].Message, "not UTF-8") {
		t.Errorf("got %v", findings)
	}
}

func TestWhatLeavesTheRepositoryIsNotPublished(t *testing.T) {
	a := gittest.NewAuthor(t)
	commit := a.Commit(map[string]string{"a.md": ""})
	for link, target := range map[string]string{
		"passwd.md": "/etc/passwd", "up.ipynb": "../../../../db", "data": "/etc", "w1": "..", "modules": "/usr/lib",
	} {
		if err := os.Symlink(target, filepath.Join(a.Dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	a.Git("update-index", "--add", "--cacheinfo", "160000,"+commit+",media")
	a.Git("add", "passwd.md", "up.ipynb", "data", "w1", "modules")
	a.Git("commit", "--quiet", "--message=links")
	s := newSite(t)
	s.create(a.Dir)
	for dir, want := range map[string][]string{"courses/tour": {"a.md"}, "modules/tour": {}, "static/tour": {}} {
		if diff := cmp.Diff(want, s.Files(dir)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", dir, diff)
		}
	}
	r, err := s.Current(tour)
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
	a := gittest.NewAuthor(t)
	commit := a.Commit(map[string]string{"README": "soon"})
	s := newSite(t)
	s.create(a.Dir)
	if s.published() != commit || len(s.Files("courses/tour")) != 0 {
		t.Errorf("published %q", s.published())
	}
}

// raw returns an entry of a tree object as git stores it.
func raw(a gittest.Author, mode, name, object string) string {
	a.T.Helper()
	hash, err := hex.DecodeString(object)
	if err != nil {
		a.T.Fatal(err)
	}
	return mode + " " + name + "\x00" + string(hash)
}

// forge makes a commit of a tree that git itself would never write.
func forge(a gittest.Author, entries ...string) {
	a.T.Helper()
	a.Git("update-ref", "refs/heads/main", a.Git("commit-tree", "-m", "forged", tree(a, entries...)))
}

func tree(a gittest.Author, entries ...string) string {
	a.T.Helper()
	var all string
	for _, e := range entries {
		all += e
	}
	path := filepath.Join(a.T.TempDir(), "tree")
	if err := os.WriteFile(path, []byte(all), 0o600); err != nil {
		a.T.Fatal(err)
	}
	return a.Git("hash-object", "-t", "tree", "-w", "--literally", path)
}

func TestForgedTreesWriteNothingOutside(t *testing.T) {
	for name, spoil := range map[string]func(a gittest.Author, blob string){
		"up": func(a gittest.Author, blob string) {
			forge(a, raw(a, "40000", "..", tree(a, raw(a, "100644", "evil.md", blob))))
		},
		"far up":   func(a gittest.Author, blob string) { forge(a, raw(a, "100644", "../../../../evil.md", blob)) },
		"absolute": func(a gittest.Author, blob string) { forge(a, raw(a, "100644", "/evil.md", blob)) },
		"git": func(a gittest.Author, blob string) {
			forge(a, raw(a, "40000", ".git", tree(a, raw(a, "100644", "evil.md", blob))))
		},
		"twice": func(a gittest.Author, blob string) {
			forge(a, raw(a, "100644", "a.md", blob), raw(a, "100755", "a.md", blob))
		},
		"file and folder": func(a gittest.Author, blob string) {
			forge(a, raw(a, "100644", "a.md", blob), raw(a, "40000", "a.md", tree(a, raw(a, "100644", "evil.md", blob))))
		},
		"link and folder": func(a gittest.Author, blob string) {
			link := raw(a, "120000", "w1", a.Object("../../../.."))
			forge(a, link, raw(a, "40000", "w1", tree(a, raw(a, "100644", "fine.md", blob))))
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := gittest.NewAuthor(t)
			first := a.Commit(map[string]string{"a.md": "1"})
			s := newSite(t)
			s.create(a.Dir)
			spoil(a, a.Object("evil"))
			if _, err := s.tryPull(t.Output()); err == nil && name != "link and folder" {
				t.Error("it was published")
			} else if err != nil && s.published() != first {
				t.Errorf("published %q", s.published())
			}
			s.WantNoLeftovers()
			wantNoEvil(t, s.Root)
		})
	}
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
