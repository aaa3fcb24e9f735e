package git_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
)

func ignore(string, io.Reader) error { return nil }

func TestTreeAndBlobsOfOddNames(t *testing.T) {
	names := []string{
		"plain.md", "with space.md", "caf\u00e9.md", "cafe\u0301.md", "quote\"'`.md", "new\nline.md", "tab\t.md",
		"-dash.md", "--option", "a/b/c/-d", "back\\slash", "percent%41", ".hidden/x", "\xff\xfe.bin", "*?[x]", "é/ü", "$(x)", "UPPER.md", "upper.md",
	}
	a := newAuthor(t)
	for _, name := range names {
		a.write(name, "content of "+name+"\n\x00end")
	}
	a.commit("last", "")
	dir := a.clone()
	commit := resolve(t, dir, "refs/remotes/origin/main")
	entries, err := runner().Tree(t.Context(), dir, commit.Hash)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"last": ""}
	for _, name := range names {
		want[name] = "content of " + name + "\n\x00end"
	}
	got := map[string]string{}
	for _, entry := range entries {
		read := func(_ string, content io.Reader) error {
			all, err := io.ReadAll(content)
			got[entry.Path] = string(all)
			if int64(len(all)) != entry.Size || entry.Mode != git.ModeFile || entry.Type != "blob" {
				t.Errorf("%+v holds %d bytes", entry, len(all))
			}
			return err
		}
		if err := runner().Blobs(t.Context(), dir, slices.Values([]string{entry.Object}), read); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestResolveTellsTheCommitDate(t *testing.T) {
	a := newAuthor(t)
	a.commit("intro.md", "committer Eve <eve@example.org> 1 +0000")
	got := resolve(t, a.dir, "main")
	want := git.Commit{Hash: a.git("rev-parse", "main"), Date: time.Date(2011, 12, 13, 12, 15, 16, 0, time.UTC)}
	if got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, rev := range []string{"", "absent", "--all", "main\x00", "main:intro.md", strings.Repeat("0", 40)} {
		if got, err := runner().Resolve(t.Context(), a.dir, rev); !errors.Is(err, git.ErrNoRevision) {
			t.Errorf("%q: got %v, %v, want ErrNoRevision", rev, got, err)
		}
	}
}

func TestTreeOfSpecialEntries(t *testing.T) {
	a := newAuthor(t)
	a.commit("intro.md", "hello")
	commit := a.git("rev-parse", "main")
	a.git("update-index", "--add", "--cacheinfo", git.ModeSubmodule+","+commit+",lib")
	blob := a.git("rev-parse", "main:intro.md")
	a.git("update-index", "--add", "--cacheinfo", git.ModeSymlink+","+blob+",link")
	a.git("update-index", "--add", "--cacheinfo", git.ModeExecutable+","+blob+",run")
	a.git("commit", "--quiet", "--message=special")
	entries, err := runner().Tree(t.Context(), a.dir, resolve(t, a.dir, "main").Hash)
	if err != nil {
		t.Fatal(err)
	}
	want := []git.Entry{
		{Path: "intro.md", Mode: git.ModeFile, Type: "blob", Object: blob, Size: 5},
		{Path: "lib", Mode: git.ModeSubmodule, Type: "commit", Object: commit},
		{Path: "link", Mode: git.ModeSymlink, Type: "blob", Object: blob, Size: 5},
		{Path: "run", Mode: git.ModeExecutable, Type: "blob", Object: blob, Size: 5},
	}
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Error(diff)
	}
}

func TestForgedTreeIsRefused(t *testing.T) {
	a := newAuthor(t)
	a.commit("intro.md", "hello")
	blob := a.git("rev-parse", "main:intro.md")
	raw := make([]byte, 20)
	if _, err := fmt.Sscanf(blob, "%x", &raw); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"..", ".git", ".GIT", "."} {
		a.write("forged", "100644 "+name+"\x00"+string(raw))
		tree := a.git("hash-object", "-t", "tree", "-w", "--literally", "forged")
		commit := a.git("commit-tree", "-m", "forged", tree)
		if entries, err := runner().Tree(t.Context(), a.dir, commit); err == nil {
			t.Errorf("%q: got %v", name, entries)
		}
	}
}

func TestTreeAndBlobsOfWhatIsNot(t *testing.T) {
	a := newAuthor(t)
	a.commit("w1/intro.md", "hello")
	blob := a.git("rev-parse", "main:w1/intro.md")
	tree := a.git("rev-parse", "main:w1")
	absent := strings.Repeat("ab", 20)
	for _, commit := range []string{"", "main", "--help", blob, absent} {
		if _, err := runner().Tree(t.Context(), a.dir, commit); err == nil {
			t.Errorf("tree of %q: no error", commit)
		}
	}
	for _, object := range []string{"", "main:w1/intro.md", "x\n" + blob, tree, absent} {
		if err := runner().Blobs(t.Context(), a.dir, slices.Values([]string{blob, object}), ignore); err == nil {
			t.Errorf("blob %q: no error", object)
		}
	}
	if err := runner().Blobs(t.Context(), t.TempDir(), slices.Values([]string{blob}), ignore); !errors.Is(err, git.ErrNotRepository) {
		t.Errorf("outside a repository: %v, want ErrNotRepository", err)
	}
}

func TestBigTree(t *testing.T) {
	a := newAuthor(t)
	const files = 20000
	gittest.Import(t, a.dir, bigImport(files))
	dir := a.clone()
	entries, err := runner().Tree(t.Context(), dir, resolve(t, dir, "refs/remotes/origin/main").Hash)
	if err != nil || len(entries) != files {
		t.Fatalf("%d entries, want %d; %v", len(entries), files, err)
	}
	objects := func(yield func(string) bool) {
		for _, entry := range entries {
			if !yield(entry.Object) {
				return
			}
		}
	}
	seen := 0
	err = runner().Blobs(t.Context(), dir, objects, func(object string, content io.Reader) error {
		if object != entries[seen].Object {
			t.Fatalf("object %d is %s, want %s", seen, object, entries[seen].Object)
		}
		if seen%2 == 0 { // a reader may leave content unread
			want := fmt.Sprintf("file %d ", seen)
			head := make([]byte, len(want))
			if _, err := io.ReadFull(content, head); err != nil || string(head) != want {
				t.Fatalf("content begins with %q, want %q; %v", head, want, err)
			}
		}
		seen++
		return nil
	})
	if err != nil || seen != files {
		t.Errorf("saw %d files, want %d; %v", seen, files, err)
	}
}

func TestBlobsStopsAtAnError(t *testing.T) {
	a := newAuthor(t)
	a.commit("big", strings.Repeat("0123456789abcdef", 1<<16))
	blob := a.git("rev-parse", "main:big")
	enough := errors.New("disk is full")
	calls := 0
	err := runner().Blobs(t.Context(), a.dir, slices.Values(slices.Repeat([]string{blob}, 1000)), func(string, io.Reader) error {
		calls++
		return enough
	})
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

// bigImport writes a stream for git fast-import: one commit of many files.
func bigImport(files int) string {
	var out bytes.Buffer
	out.WriteString("commit refs/heads/main\ncommitter A <a@example.org> 1000000000 +0000\ndata 3\nbig\n")
	for i := range files {
		content := fmt.Sprintf("file %d %s", i, strings.Repeat("x", i%300))
		fmt.Fprintf(&out, "M 100644 inline d%03d/f%05d\ndata %d\n%s\n", i/100, i, len(content), content)
	}
	return out.String()
}
