package opening_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting"
)

// lesson is a notebook that is like no other.
func lesson(name string) string {
	text := "---\njupytext: {formats: md}\n---\n"
	for i := range 40 {
		text += fmt.Sprintf("line %d of %s\n", i, name)
	}
	return text
}

// move gives files of the course other names, commits others, and publishes that.
func (b *bench) move(names, files map[string]string) {
	b.t.Helper()
	for from := range names {
		if err := os.Rename(filepath.Join(b.repository, from), filepath.Join(b.repository, from+".moving")); err != nil {
			b.t.Fatal(err)
		}
	}
	for from, to := range names {
		full := filepath.Join(b.repository, to)
		if err := errors.Join(os.MkdirAll(filepath.Dir(full), 0o755), os.Rename(filepath.Join(b.repository, from+".moving"), full)); err != nil {
			b.t.Fatal(err)
		}
	}
	b.pull(files)
}

// wantOpens checks which file a name opens.
func (b *bench) wantOpens(student nbhosting.Student, notebook, want string) {
	b.t.Helper()
	opened, err := b.Open(b.t.Context(), nbhosting.Launch{Course: "tour", Notebook: notebook, Student: student}, ignore)
	if err != nil {
		b.t.Errorf("%s opens %s: %v", student, notebook, err)
		return
	}
	_, file, _ := strings.Cut(opened.Location, "/-/notebook/")
	if file != want {
		b.t.Errorf("%s opens %s: got %s, want %s", student, notebook, file, want)
	}
}

func (b *bench) wantAbsent(files ...string) {
	b.t.Helper()
	for _, file := range files {
		if _, err := os.Lstat(b.work(file)); !errors.Is(err, fs.ErrNotExist) {
			b.t.Errorf("%s: %v", file, err)
		}
	}
}

func TestANotebookThatMoved(t *testing.T) {
	b := newBench(t, map[string]string{"a.md": lesson("a"), "gone.md": lesson("gone"), "other.md": lesson("other")})
	b.open("a")
	b.open("gone")
	b.write(map[string]string{"a.md": lesson("a") + "my work"})
	b.move(map[string]string{"a.md": "w1/b.md", "gone.md": "going.md"}, nil)
	b.move(map[string]string{"w1/b.md": "w2/c.md"}, nil)
	b.remove("going.md")
	for _, name := range []string{"a", "a.md", "w1/b", "w1/b.md", "w1/b.py", "w2/c", "w2/c.md"} {
		b.wantOpens("alice", name, "a.md")
	}
	b.wantOpens("alice", "gone", "gone.md")
	b.wantOpens("alice", "going", "gone.md")
	b.wantAbsent("w1", "w2", "going.md")
	b.wantWork("a.md", lesson("a")+"my work")
	for i, name := range []string{"a", "w1/b", "a.md", "w2/c"} {
		b.wantOpens(nbhosting.Student(fmt.Sprint("new", i)), name, "w2/c.md")
	}
	for _, name := range []string{"gone", "going"} {
		_, err := b.Open(t.Context(), nbhosting.Launch{Course: "tour", Notebook: name, Student: "bob"}, ignore)
		if nbhosting.KindOf(err) != nbhosting.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestANotebookThatMovedAndChangedItsFormat(t *testing.T) {
	b := newBench(t, map[string]string{"a.md": lesson("a"), "other.md": ""})
	b.open("a")
	b.move(map[string]string{"a.md": "w1/a.md"}, nil)
	b.wantOpens("alice", "w1/a.ipynb", "a.md")
	if err := os.Remove(filepath.Join(b.repository, "w1/a.md")); err != nil {
		t.Fatal(err)
	}
	b.pull(map[string]string{"w1/a.ipynb": `{"cells": []}`})
	for _, name := range []string{"a", "w1/a", "w1/a.md"} {
		b.wantOpens("alice", name, "a.md")
		b.wantOpens("bob", name, "w1/a.ipynb")
	}
	b.wantAbsent("w1")
	b.wantOpens("alice", "w1/a.ipynb", "w1/a.ipynb") // this format, and no other
	b.wantOpens("alice", "w1/a", "w1/a.ipynb")       // taken
}

func TestANameThatIsTakenAgain(t *testing.T) {
	b := newBench(t, map[string]string{"a.md": lesson("a"), "s1.md": lesson("s1"), "s2.md": lesson("s2")})
	for _, name := range []string{"a", "s1", "s2"} {
		b.open(name)
	}
	b.move(map[string]string{"a.md": "b.md", "s1.md": "s2.md", "s2.md": "s3.md"}, map[string]string{"a.md": lesson("another"), "s1.md": lesson("first")})
	for name, want := range map[string]string{"a": "a.md", "b": "a.md", "s1": "s1.md", "s2": "s2.md", "s3": "s2.md"} {
		b.wantOpens("alice", name, want)
		b.wantOpens("bob", name, name+".md")
	}
	b.wantWork("a.md", lesson("a"))
	b.wantAbsent("b.md", "s3.md")
	// Who has the new notebook of that name does not have the old one.
	b.wantOpens("carol", "a", "a.md")
	b.wantOpens("carol", "s2", "s2.md")
	b.wantOpens("carol", "b", "b.md")
	b.wantOpens("carol", "s3", "s3.md")
}

// TestMovedWorkThatIsNone has a student keep something else by a former name.
func TestMovedWorkThatIsNone(t *testing.T) {
	b := newBench(t, map[string]string{"a.md": lesson("a"), "b.md": lesson("b")})
	b.move(map[string]string{"a.md": "w1/a.md", "b.md": "w1/b.md"}, nil)
	b.write(map[string]string{"a.md": "notes", "c.md": ""})
	if err := os.Symlink("/etc/passwd", b.work("b.md")); err != nil {
		t.Fatal(err)
	}
	b.wantOpens("alice", "w1/a", "w1/a.md")
	b.wantOpens("alice", "w1/b", "w1/b.md")
	b.wantWork("a.md", "notes")
}
