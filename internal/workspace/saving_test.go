package workspace_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/workspace"
	"github.com/nbhosting/nbhosting/internal/workspace/workspacetest"
)

// version is a content of which one sees whether it is whole.
func version(by string, n int) string {
	return fmt.Sprintf("<%s %d>%s</%s %d>", by, n, strings.Repeat("x", 20_000), by, n)
}

func whole(content string) bool {
	begin, _, found := strings.Cut(content, ">")
	return found && strings.HasSuffix(content, "</"+strings.TrimPrefix(begin, "<")+">")
}

// saveInPlace writes as Jupyter does: it empties the file and writes it again, in two pieces.
func saveInPlace(path, content string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	half := len(content) / 2
	_, err1 := f.WriteString(content[:half])
	_, err2 := f.WriteString(content[half:])
	return errors.Join(err1, err2, f.Close())
}

// TestNoSaveIsLost has Jupyter save all the time while the notebook is replaced. A
// save is over when the next one begins: by then, what it wrote must be in the file
// or have been kept, if it is not Jupyter's own next save that replaced it.
func TestNoSaveIsLost(t *testing.T) {
	s := workspacetest.New(t)
	w := s.Workspace()
	path := s.Path("nb.ipynb")
	if err := s.AsStudent(func() error { return saveInPlace(path, version("first", 0)) }); err != nil {
		t.Fatal(err)
	}
	var gone []string // were not there any more when the next save began
	saves := 0
	last := version("first", 0)
	stop := s.Meanwhile(func() {
		if now, err := os.ReadFile(path); err != nil || string(now) != last {
			gone = append(gone, last)
		}
		saves++
		last = version("jupyter", saves)
		if err := saveInPlace(path, last); err != nil {
			t.Error(err)
		}
	})
	replaced := 0
	for n := 1; n <= 300 || replaced < 100 && n < 3000; n++ {
		err := w.Replace("nb.ipynb", []byte(version("ours", n)), workspace.ReplaceOptions{Keep: func(b []byte) error {
			if !whole(string(b)) {
				t.Errorf("half a save was kept: %d bytes", len(b))
			}
			return s.Keep(b)
		}})
		switch nbhosting.KindOf(err) {
		case nbhosting.Conflict: // always saving
		case nbhosting.Internal:
			if err != nil {
				t.Fatal(err)
			}
			replaced++
		default:
			t.Fatal(err)
		}
	}
	stop()
	if now, err := os.ReadFile(path); err != nil || string(now) != last {
		gone = append(gone, last)
	}
	lost := 0
	for _, content := range gone {
		if !s.Kept(content) {
			lost++
		}
	}
	if lost > 0 || replaced < 100 {
		t.Errorf("of %d saves, %d were replaced, and %d of these lost; %d replacements", saves, len(gone), lost, replaced)
	}
	s.CheckNoLeftovers()
	t.Logf("%d saves, %d replaced by ours; %d replacements", saves, len(gone), replaced)
}

// TestReadWaitsForASave reads while Jupyter saves.
func TestReadWaitsForASave(t *testing.T) {
	s := workspacetest.New(t)
	w := s.Workspace()
	path := s.Path("nb.ipynb")
	if err := s.AsStudent(func() error { return saveInPlace(path, version("first", 0)) }); err != nil {
		t.Fatal(err)
	}
	n := 0
	stop := s.Meanwhile(func() {
		n++
		if err := saveInPlace(path, version("jupyter", n)); err != nil {
			t.Error(err)
		}
	})
	defer stop()
	for range 1000 {
		text, _, err := w.Read("nb.ipynb", 1<<20)
		if err != nil || !whole(string(text)) {
			t.Fatalf("got %d bytes, %v", len(text), err)
		}
	}
}

// TestReplaceRefusesWhatIsBeingWritten has a program hold the file open.
func TestReplaceRefusesWhatIsBeingWritten(t *testing.T) {
	s := workspacetest.New(t)
	w := s.Workspace()
	var open *os.File
	if err := s.AsStudent(func() (err error) {
		open, err = os.Create(s.Path("nb.ipynb"))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	s.Remember()
	err := w.Replace("nb.ipynb", []byte("new"), workspace.ReplaceOptions{Keep: s.Keep})
	if nbhosting.KindOf(err) != nbhosting.Conflict {
		t.Errorf("got %v", err)
	}
	s.CheckSame()
	if err := open.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Replace("nb.ipynb", []byte("new"), workspace.ReplaceOptions{Keep: s.Keep}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

const childEnv = "NBHOSTING_TEST_REPLACE_IN"

// replaceForEver is what the process that is killed does.
func replaceForEver() {
	top := os.Getenv(childEnv)
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	all, err := workspace.New(top+"/students", fixedUIDs(uid), 100_000, 199_999)
	fail(err)
	w, err := all.Existing(workspacetest.Key)
	fail(err)
	for n := 1; ; n++ {
		fail(w.Replace(workspacetest.Notebook, []byte(version(fmt.Sprint("child ", os.Getpid()), n)), workspace.ReplaceOptions{Keep: func(b []byte) error {
			temp := fmt.Sprintf("%s/kept/.%d-%d", top, os.Getpid(), n)
			return errors.Join(os.WriteFile(temp, b, 0o644), os.Rename(temp, fmt.Sprintf("%s/kept/%d-%d", top, os.Getpid(), n)))
		}}))
	}
}

// TestKilledWhileReplacing kills the process at any moment of a replacement. The
// next one clears what it left; all that was ever in the file is kept.
func TestKilledWhileReplacing(t *testing.T) {
	s := workspacetest.New(t)
	w := s.Workspace()
	if err := errors.Join(os.Mkdir(s.Top+"/kept", 0o755), s.AsStudent(func() error {
		return errors.Join(os.Mkdir(s.Path("w1"), 0o755), saveInPlace(s.Path(workspacetest.Notebook), version("first", 0)))
	})); err != nil {
		t.Fatal(err)
	}
	for round := range 15 {
		killAfter(t, s, round)
		now, err := os.ReadFile(s.Path(workspacetest.Notebook))
		if err != nil || !whole(string(now)) {
			t.Fatalf("%d bytes are left of the notebook, %v", len(now), err)
		}
		if err := w.Replace(workspacetest.Notebook, []byte(version("parent", round)), workspace.ReplaceOptions{Keep: s.Keep}); err != nil {
			t.Fatal(err)
		}
		if !s.Kept(string(now)) {
			t.Error("what the killed process had installed was not kept")
		}
		s.CheckNoLeftovers()
	}
	recovered, _ := filepath.Glob(s.Path("w1/recovered-*"))
	for _, path := range recovered {
		if text, err := os.ReadFile(path); err != nil || !whole(string(text)) {
			t.Errorf("%s: %d bytes, %v", filepath.Base(path), len(text), err)
		}
	}
	t.Logf("%d displaced files of killed processes were given back", len(recovered))
}

// killAfter starts a process that replaces, and kills it once it has done so some times.
func killAfter(t *testing.T, s *workspacetest.Site, times int) {
	t.Helper()
	before, _ := filepath.Glob(s.Top + "/kept/[0-9]*")
	child := exec.Command(os.Args[0])
	child.Env, child.Stderr = append(os.Environ(), childEnv+"="+s.Top), os.Stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	for {
		select {
		case err := <-ended:
			t.Fatalf("it ended by itself: %v", err)
		default:
		}
		if kept, _ := filepath.Glob(s.Top + "/kept/[0-9]*"); len(kept) >= len(before)+1+times {
			break
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-ended
}
