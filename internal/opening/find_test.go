package opening_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nbhosting/nbhosting"
)

const (
	jupytext = "?factory=Jupytext%20Notebook"
	header   = "---\njupytext: {formats: md}\n---\n"
	pyHeader = "# ---\n# jupyter: {jupytext: {formats: py}}\n# ---\n"
)

// write puts files of her own into alice's workspace.
func (b *bench) write(files map[string]string) {
	b.t.Helper()
	w, err := b.Workspaces.Prepare(b.t.Context(), launchOf("").Key())
	if err != nil {
		b.t.Fatal(err)
	}
	for file, text := range files {
		if err := errors.Join(os.MkdirAll(filepath.Dir(b.work(file)), 0o755), os.WriteFile(b.work(file), []byte(text), 0o644)); err != nil {
			b.t.Fatal(err)
		}
	}
	if os.Getuid() != 0 {
		return
	}
	err = filepath.WalkDir(w.Dir, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, w.UID, w.UID))
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// TestWorkComesFirst is about which file opens, of those that the course has and
// those that the student has.
func TestWorkComesFirst(t *testing.T) {
	const ipynb, md, py = "x.ipynb", "x.md" + jupytext, "x.py" + jupytext
	cases := map[string]struct {
		course, work   []string
		notebook, want string
	}{
		"the course's, new":                      {[]string{"x.md"}, nil, "x", md},
		"was .ipynb, is .md":                     {[]string{"x.md"}, []string{"x.ipynb"}, "x", ipynb},
		"was .ipynb, is .py":                     {[]string{"x.py"}, []string{"x.ipynb"}, "x", ipynb},
		"was .md, is .ipynb":                     {[]string{"x.ipynb"}, []string{"x.md"}, "x", md},
		"was .py, is .md":                        {[]string{"x.md"}, []string{"x.py"}, "x", py},
		"was .ipynb, is both":                    {[]string{"x.py", "x.ipynb"}, []string{"x.ipynb"}, "x", ipynb},
		"both formats":                           {[]string{"x.py", "x.ipynb"}, nil, "x", py},
		"both formats, one asked for":            {[]string{"x.py", "x.ipynb"}, []string{"x.py"}, "x.ipynb", ipynb},
		"new version taken":                      {[]string{"x.md"}, []string{"x.ipynb", "x.md"}, "x", md},
		"new version asked for":                  {[]string{"x.md"}, []string{"x.ipynb"}, "x.md", md},
		"new version asked for, of .py":          {[]string{"x.py"}, []string{"x.ipynb"}, "x.py", py},
		"new version asked for, of .ipynb":       {[]string{"x.ipynb"}, []string{"x.py"}, "x.ipynb", ipynb},
		"old version asked for":                  {[]string{"x.md"}, []string{"x.ipynb", "x.md"}, "x.ipynb", ipynb},
		"old link, new format":                   {[]string{"x.ipynb"}, nil, "x.md", ipynb},
		"old link, new format, .py":              {[]string{"x.md"}, nil, "x.py", md},
		"old link, old work":                     {[]string{"x.ipynb"}, []string{"x.md"}, "x.md", md},
		"another old link, old work":             {[]string{"x.md"}, []string{"x.ipynb"}, "x.py", ipynb},
		"removed":                                {nil, []string{"x.ipynb"}, "x", ipynb},
		"removed, other extension":               {nil, []string{"x.md"}, "x.py", md},
		"removed, two copies":                    {nil, []string{"x.md", "x.ipynb"}, "x", ipynb},
		"a module of the student's":              {[]string{"x.ipynb"}, []string{"x.py plain"}, "x", ipynb},
		"notes of the student's":                 {[]string{"x.ipynb"}, []string{"x.md plain"}, "x", ipynb},
		"a module of the student's, asked for":   {[]string{"x.ipynb"}, []string{"x.py plain"}, "x.py", ipynb},
		"nothing but a module":                   {nil, []string{"x.py plain"}, "x", py},
		"a module, and removed work":             {nil, []string{"x.py plain", "x.md"}, "x", md},
		"a dot is a dot":                         {[]string{"x.md.ipynb", "x.ipynb"}, nil, "x.md", "x.md.ipynb"},
		"a dot is a dot, whatever the work is":   {[]string{"x.md.ipynb"}, []string{"x.ipynb", "x.md.ipynb"}, "x.md", "x.md.ipynb"},
		"notes that are named like the course's": {[]string{"x.md.ipynb"}, []string{"x.md plain"}, "x.md", "x.md.ipynb"},
	}
	course, dirs := map[string]string{}, map[string]string{}
	for name, c := range cases {
		dirs[name] = fmt.Sprintf("w%d/", len(dirs))
		course[dirs[name]+"other.ipynb"] = ""
		for _, file := range c.course {
			course[dirs[name]+file] = ""
		}
	}
	b := newBench(t, course)
	for name, c := range cases {
		work := workOf(dirs[name], c.work)
		b.write(work)
		if got, want := b.open(dirs[name]+c.notebook), "notebooks/"+dirs[name]+c.want; got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
		for file, text := range work {
			b.wantWork(file, text)
		}
	}
}

// workOf returns the text of files that a student has in dir. "NAME plain" has no header.
func workOf(dir string, files []string) map[string]string {
	work := map[string]string{}
	for _, file := range files {
		name, plain := strings.CutSuffix(dir+file, " plain")
		switch {
		case plain:
			work[name] = "mine = 1\n"
		case filepath.Ext(name) == ".md":
			work[name] = header
		case filepath.Ext(name) == ".py":
			work[name] = pyHeader
		default:
			work[name] = "{}"
		}
	}
	return work
}

// TestACourseChangesItsFormat goes through pulls, as a student meets them.
func TestACourseChangesItsFormat(t *testing.T) {
	b := newBench(t, map[string]string{"w1/x.ipynb": "{}", "y.md": header})
	b.open("w1/x")
	b.write(map[string]string{"w1/x.ipynb": "my work"})
	if err := os.Remove(filepath.Join(b.repository, "w1/x.ipynb")); err != nil {
		t.Fatal(err)
	}
	b.pull(map[string]string{"w1/x.md": header})
	if got := b.open("w1/x"); got != "notebooks/w1/x.ipynb" {
		t.Errorf("the work: got %s", got)
	}
	if _, err := os.Lstat(b.work("w1/x.md")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the course's version was copied: %v", err)
	}
	if got := b.open("w1/x.md"); got != "notebooks/w1/x.md"+jupytext {
		t.Errorf("the course's version: got %s", got)
	}
	b.wantWork("w1/x.ipynb", "my work")
	bob := nbhosting.Launch{Course: "tour", Notebook: "w1/x", Student: "bob"}
	if _, err := b.Open(t.Context(), bob, ignore); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(b.root, "students/bob/tour/w1/x.md")); err != nil {
		t.Errorf("who had nothing: %v", err)
	}
}

// TestWorkThatIsNone puts things under a notebook's name that are no work.
func TestWorkThatIsNone(t *testing.T) {
	obstacles := map[string]func(path string) error{
		"folder":           func(path string) error { return os.Mkdir(path, 0o755) },
		"pipe":             func(path string) error { return syscall.Mkfifo(path, 0o666) },
		"link out":         func(path string) error { return os.Symlink("/etc/passwd", path) },
		"dangling link":    func(path string) error { return os.Symlink("nowhere", path) },
		"loop":             func(path string) error { return os.Symlink(filepath.Base(path), path) },
		"relative way out": func(path string) error { return os.Symlink("../../../../../../etc/passwd", path) },
	}
	course := map[string]string{}
	for name := range obstacles {
		course[name+"/x.md"], course[name+"/y.md"] = header, header
	}
	b := newBench(t, course)
	for name, obstruct := range obstacles {
		b.write(map[string]string{name + "/other": ""})
		if err := errors.Join(obstruct(b.work(name+"/x.ipynb")), obstruct(b.work(name+"/y.py"))); err != nil {
			t.Fatal(err)
		}
		for _, notebook := range []string{name + "/x", name + "/y"} {
			if got := b.open(notebook); got != "notebooks/"+strings.ReplaceAll(notebook, " ", "%20")+".md"+jupytext {
				t.Errorf("%s: got %s", notebook, got)
			}
		}
	}
}
