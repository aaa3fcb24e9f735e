package nbhosting_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
)

func TestParseLaunch(t *testing.T) {
	for path, want := range map[string]nbhosting.Launch{
		"/notebookLazyCopy/python3/w1/intro/alice":               {Course: "python3", Notebook: "w1/intro", Student: "alice"},
		"/notebookLazyCopy/python3/w1/intro/alice/":              {Course: "python3", Notebook: "w1/intro", Student: "alice"},
		"/ipythonExercice/python3/w1/intro.ipynb/0123abc":        {Course: "python3", Notebook: "w1/intro", Student: "0123abc"},
		"/notebookGitRepo/c/w1/intro.ipynb/s/":                   {Course: "c", Notebook: "w1/intro", Student: "s", Git: true},
		"/notebookLazyCopy/c/w1/intro.ipynb.ipynb/s":             {Course: "c", Notebook: "w1/intro", Student: "s"},
		"/notebookLazyCopy/c/w1/intro.ipynb.ipynb.ipynb/s":       {Course: "c", Notebook: "w1/intro.ipynb", Student: "s"},
		"/notebookLazyCopy/c/intro/581_aa65d8a568eb752b77d3b":    {Course: "c", Notebook: "intro", Student: "581_aa65d8a568eb752b77d3b"},
		"/notebookLazyCopy/c.d-e/v1.2-intro/first.last":          {Course: "c.d-e", Notebook: "v1.2-intro", Student: "first.last"},
		"/notebookLazyCopy/c/semaine 1/été à la plage 100%/é.è":  {Course: "c", Notebook: "semaine 1/été à la plage 100%", Student: "é.è"},
		"/notebookLazyCopy/c/.ipynb/s":                           {Course: "c", Notebook: ".ipynb", Student: "s"},
		"/notebookLazyCopy/c/a/b/c/d/e/s":                        {Course: "c", Notebook: "a/b/c/d/e", Student: "s"},
		"/notebookLazyCopy/c/" + strings.Repeat("é", 127) + "/s": {Course: "c", Notebook: strings.Repeat("é", 127), Student: "s"},
	} {
		got, err := nbhosting.ParseLaunch(path)
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", path, got, err, want)
		}
	}
}

func TestParseLaunchRefuses(t *testing.T) {
	for name, path := range map[string]string{
		"nothing":                   "/notebookLazyCopy/",
		"no notebook":               "/notebookLazyCopy/c/s",
		"dots":                      "/notebookLazyCopy/c/../../etc/passwd/s",
		"dots inside":               "/notebookLazyCopy/c/w1/../../x/s",
		"a dot":                     "/notebookLazyCopy/c/./x/s",
		"an absolute path":          "/notebookLazyCopy/c//etc/passwd/s",
		"NUL":                       "/notebookLazyCopy/c/a\x00b/s",
		"a newline":                 "/notebookLazyCopy/c/a\nb/s",
		"not UTF-8":                 "/notebookLazyCopy/c/a\xffb/s",
		"10 kB":                     "/notebookLazyCopy/c/" + strings.Repeat("x/", 5000) + "nb/s",
		"a long part":               "/notebookLazyCopy/c/" + strings.Repeat("x", 300) + "/s",
		"a student of dots":         "/notebookLazyCopy/c/nb/..",
		"a student with a dash":     "/notebookLazyCopy/c/nb/-s",
		"a student with a space":    "/notebookLazyCopy/c/nb/a b",
		"a student with markup":     "/notebookLazyCopy/c/nb/<b>",
		"a long student":            "/notebookLazyCopy/c/nb/" + strings.Repeat("s", 151),
		"a hidden course":           "/notebookLazyCopy/.git/nb/s",
		"a course with a semicolon": "/notebookLazyCopy/a;b/nb/s",
		"no notebook of git":        "/notebookGitRepo/c/s",
		"dots in git":               "/notebookGitRepo/c/../../etc/passwd/s",
		"a long course":             "/notebookLazyCopy/" + strings.Repeat("c", 129) + "/nb/s",
		"no course":                 "/notebookLazyCopy//nb/s",
	} {
		if got, err := nbhosting.ParseLaunch(path); nbhosting.KindOf(err) != nbhosting.Invalid {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

func TestParseForward(t *testing.T) {
	for path, want := range map[string]nbhosting.Launch{
		"/ipythonForward/c/s/tree":                  {Course: "c", Student: "s", FrontEnd: nbhosting.Tree},
		"/ipythonForward/c/s/tree/":                 {Course: "c", Student: "s", FrontEnd: nbhosting.Tree},
		"/ipythonForward/c/s/tree/w1/a b":           {Course: "c", Student: "s", FrontEnd: nbhosting.Tree, Folder: "w1/a b"},
		"/ipythonForward/c/s/tree/tree":             {Course: "c", Student: "s", FrontEnd: nbhosting.Tree, Folder: "tree"},
		"/ipythonForward/c/s/lab":                   {Course: "c", Student: "s", FrontEnd: nbhosting.Lab},
		"/ipythonForward/c/s/lab/tree":              {Course: "c", Student: "s", FrontEnd: nbhosting.Lab},
		"/ipythonForward/c/s/lab/tree/w1/x.ipynb":   {Course: "c", Student: "s", FrontEnd: nbhosting.Lab, Folder: "w1/x.ipynb"},
		"/ipythonForward/c/s/lab/w1/x.ipynb/":       {Course: "c", Student: "s", FrontEnd: nbhosting.Lab, Folder: "w1/x.ipynb"},
		"/ipythonForward/c/s/lab/tree/tree":         {Course: "c", Student: "s", FrontEnd: nbhosting.Lab, Folder: "tree"},
		"/ipythonForward/c.d/581_aa/lab/été 100%?#": {Course: "c.d", Student: "581_aa", FrontEnd: nbhosting.Lab, Folder: "été 100%?#"},
	} {
		got, err := nbhosting.ParseLaunch(path)
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", path, got, err, want)
		}
	}
}

func TestParseForwardRefuses(t *testing.T) {
	for _, path := range []string{
		"/ipythonForward/", "/ipythonForward/c", "/ipythonForward/c/s", "/ipythonForward/c/s/",
		"/ipythonForward/c/s/git-pull", "/ipythonForward/c/s/trees", "/ipythonForward/c/s/api/status", "/ipythonForward/c/s//tree",
		"/ipythonForward/c/s/tree/../../x", "/ipythonForward/c/s/tree/./x", "/ipythonForward/c/s/lab/tree/..", "/ipythonForward/c/s/lab/..",
		"/ipythonForward/c/s/tree//etc/passwd", "/ipythonForward/c/s/lab/tree//etc", "/ipythonForward/c/s/tree/a\x00b", "/ipythonForward/c/s/tree/a\nb",
		"/ipythonForward/c/s/tree/a\xffb", "/ipythonForward/c/s/tree/" + strings.Repeat("x", 300), "/ipythonForward/c/s/tree/" + strings.Repeat("x/", 5000),
		"/ipythonForward/c/../tree", "/ipythonForward/../s/tree", "/ipythonForward/c/a b/tree", "/ipythonForward/.git/s/tree", "/ipythonForward//s/tree",
	} {
		if got, err := nbhosting.ParseLaunch(path); nbhosting.KindOf(err) != nbhosting.Invalid {
			t.Errorf("%.80q: got %+v, %v", path, got, err)
		}
	}
}

func TestLaunchPathComesBack(t *testing.T) {
	for _, want := range []nbhosting.Launch{
		{Course: "c", Notebook: "semaine 1/100%? #1 + é", Student: "s"},
		{Course: "c", Notebook: "semaine 1/100%? #1 + é", Student: "s", Git: true},
		{Course: "c", Student: "s", FrontEnd: nbhosting.Tree},
		{Course: "c", Student: "s", FrontEnd: nbhosting.Lab, Folder: "semaine 1/100%? #1 + é"},
		{Course: "c", Student: "s", FrontEnd: nbhosting.Lab, Folder: "tree/tree"},
		{Course: "c", Student: "é", FrontEnd: nbhosting.Tree, Folder: "tree"},
	} {
		path := want.Path()
		if strings.ContainsAny(path, " ?#") || !nbhosting.IsLaunchPath(path) {
			t.Errorf("not the escaped path of a launch: %s", path)
		}
		unescaped, err := url.PathUnescape(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := nbhosting.ParseLaunch(unescaped); err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", path, got, err, want)
		}
	}
	for _, path := range []string{"/notebookLazyCopy", "/notebookLazyCopyX/c/n/s", "/notebookGitRepo", "/ipythonForward", "/containerKill/c/s"} {
		if nbhosting.IsLaunchPath(path) {
			t.Errorf("%s is taken for a launch", path)
		}
	}
}

func FuzzParseLaunch(f *testing.F) {
	f.Add("/notebookLazyCopy/c/w1/intro.ipynb/s/")
	f.Add("/ipythonExercice/c/../x/s")
	f.Add("/ipythonForward/c/s/lab/tree/w1/")
	f.Add("/notebookGitRepo/c/w1/intro/s")
	f.Fuzz(func(t *testing.T, path string) {
		launch, err := nbhosting.ParseLaunch(path)
		if err != nil {
			return
		}
		what := launch.Notebook + launch.Folder
		if launch.Git && launch.Notebook == "" {
			t.Errorf("%q: %+v", path, launch)
		}
		if strings.Contains("/"+what+"/", "/../") || strings.HasPrefix(what, "/") || (launch.Notebook == "") == (launch.FrontEnd == "") {
			t.Errorf("%q: %+v", path, launch)
		}
		if strings.ContainsAny(string(launch.Course)+string(launch.Student), "/ \x00") {
			t.Errorf("%q: %+v", path, launch)
		}
	})
}

func TestNotebookCandidates(t *testing.T) {
	for name, want := range map[string][]string{
		"w1/intro":       {"w1/intro.py", "w1/intro.ipynb", "w1/intro.md"},
		"w1/intro.md":    {"w1/intro.md", "w1/intro.md.py", "w1/intro.md.ipynb", "w1/intro.md.md", "w1/intro.py", "w1/intro.ipynb"},
		"w1/intro.py":    {"w1/intro.py", "w1/intro.ipynb", "w1/intro.py.py", "w1/intro.py.ipynb", "w1/intro.py.md", "w1/intro.md"},
		"w1/intro.ipynb": {"w1/intro.ipynb", "w1/intro.py", "w1/intro.ipynb.py", "w1/intro.ipynb.ipynb", "w1/intro.ipynb.md", "w1/intro.md"},
		".md":            {".md.py", ".md.ipynb", ".md.md"},
		"v1.2-intro":     {"v1.2-intro.py", "v1.2-intro.ipynb", "v1.2-intro.md"},
	} {
		if diff := cmp.Diff(want, nbhosting.NotebookCandidates(name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTrimNotebookExtension(t *testing.T) {
	for path, want := range map[string]string{
		"w1/intro.ipynb": "w1/intro", "a.md.py": "a.md", "a.ipynb.ipynb": "a.ipynb", "a.txt": "a.txt", ".md": ".md", "w1/.py": "w1/.py", "v1.2": "v1.2",
	} {
		if got := nbhosting.TrimNotebookExtension(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}
