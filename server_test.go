package nbhosting_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting"
)

func TestServerPaths(t *testing.T) {
	s := nbhosting.Server{ID: "id1", Secret: "s3cret"}
	id, secret, rest, ok := nbhosting.SplitServerPath(s.BasePath() + "api/contents/a%2Fb//c")
	if !ok || id != "id1" || secret != "s3cret" || rest != "api/contents/a%2Fb//c" {
		t.Errorf("got %q %q %q %v", id, secret, rest, ok)
	}
	for _, path := range []string{"/", "/server/", "/server/id", "/servers/id/secret/"} {
		if _, _, _, ok := nbhosting.SplitServerPath(path); ok {
			t.Errorf("%s is taken for a server's", path)
		}
	}
}

func TestOwnPaths(t *testing.T) {
	s := nbhosting.Server{ID: "id1", Secret: "s3cret", Key: nbhosting.Key{Course: "c", Student: "s"}}
	for path, want := range map[string]string{
		s.NotebookPath("w1/a b?.ipynb", ""):         "/notebookLazyCopy/c/w1/a%20b%3F.ipynb/s",
		s.FrontEndPath(nbhosting.Lab, "w1"):         "/ipythonForward/c/s/lab/tree/w1",
		s.FrontEndPath(nbhosting.Tree, "w1/x y"):    "/ipythonForward/c/s/tree/w1/x%20y",
		s.FrontEndPath(nbhosting.Tree, ""):          "/ipythonForward/c/s/tree",
		s.NotebookPath("-/notebook/-.ipynb", ""):    "/notebookLazyCopy/c/-/notebook/-.ipynb/s",
		s.BasePath() + "notebooks/-/notebook.ipynb": "",
	} {
		_, _, rest, ok := nbhosting.SplitServerPath(path)
		if !ok || nbhosting.IsOwnPath(rest) != (want != "") {
			t.Errorf("%s: ours: %t", path, nbhosting.IsOwnPath(rest))
		}
		if launch, ok := nbhosting.LaunchOfServerPath(s.Key, rest); want != "" && (!ok || launch.Path() != want) {
			t.Errorf("%s leads to %s, %t; want %s", path, launch.Path(), ok, want)
		}
	}
	for _, rest := range []string{"", "-x", "tree/-/x", "%2d/history"} {
		if nbhosting.IsOwnPath(rest) {
			t.Errorf("%q is taken for ours", rest)
		}
	}
}

func TestRedactPath(t *testing.T) {
	for path, want := range map[string]string{
		"/server/id1/s3cret/notebooks/a.ipynb": "/server/id1/…/notebooks/a.ipynb",
		"/server/id1/s3cret":                   "/server/id1/…/",
		"/server/s3cret":                       "/server/…",
		"/openings/s3cret/events":              "/openings/…",
		"/notebookLazyCopy/c/n/s":              "/notebookLazyCopy/c/n/s",
	} {
		got := nbhosting.RedactPath(path)
		if got != want || strings.Contains(got, "s3cret") {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func TestLaunchOfServerPath(t *testing.T) {
	key := nbhosting.Key{Course: "c", Student: "s"}
	for rest, want := range map[string]string{
		"notebooks/w1/a%20b.ipynb": "/notebookLazyCopy/c/w1/a%20b.ipynb/s",
		"lab/tree/x.md":            "/notebookLazyCopy/c/x.md/s",
		"tree/w1/x.py":             "/notebookLazyCopy/c/w1/x.py/s",

		"tree":                            "/ipythonForward/c/s/tree",
		"tree/":                           "/ipythonForward/c/s/tree",
		"tree/w1/a%20%3F":                 "/ipythonForward/c/s/tree/w1/a%20%3F",
		"lab":                             "/ipythonForward/c/s/lab",
		"lab/":                            "/ipythonForward/c/s/lab",
		"lab/tree/w1/x.csv":               "/ipythonForward/c/s/lab/tree/w1/x.csv",
		"lab/workspaces/auto-x":           "/ipythonForward/c/s/lab",
		"lab/workspaces/auto-x/tree/w1":   "/ipythonForward/c/s/lab/tree/w1",
		"lab/workspaces/auto-x/tree/x.md": "/notebookLazyCopy/c/x.md/s",
		"lab/workspaces/auto-x/tree/..":   "",

		"-/notebook/w1/a%20b.ipynb": "/notebookLazyCopy/c/w1/a%20b.ipynb/s",
		"-/page/tree/w1":            "/ipythonForward/c/s/tree/w1",
		"-/page/lab/tree/x.md":      "/notebookLazyCopy/c/x.md/s",
		"-/notebook/%2e%2e/x":       "", "-/page/api/status": "", "-/history": "", "-/": "", "-": "",
		"api/status": "", "": "", "labs": "", "notebooks/../x": "", "notebooks/%2e%2e/x": "", "notebooks/%zz": "", "notebooks/": "",
		"tree/../x": "", "tree/%2e%2e/x": "", "tree//etc": "", "tree/a%00": "", "lab/tree//etc": "", "lab/tree/%2fetc": "",
	} {
		got, ok := nbhosting.LaunchOfServerPath(key, rest)
		if ok != (want != "") || ok && got.Path() != want {
			t.Errorf("%s: got %s, %t; want %q", rest, got.Path(), ok, want)
		}
	}
}

func TestErrorsKeepTheirCauseFromPeople(t *testing.T) {
	cause := errors.New("open /nbhosting/x: no such file")
	err := error(nbhosting.Because(cause, nbhosting.NotFound, "There is no notebook %q.", "x"))
	if nbhosting.KindOf(err) != nbhosting.NotFound || nbhosting.MessageOf(err) != `There is no notebook "x".` || !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	if message := nbhosting.MessageOf(cause); strings.Contains(message, "nbhosting/x") || nbhosting.KindOf(cause) != nbhosting.Internal {
		t.Errorf("got %q", message)
	}
	for k := nbhosting.Internal; k <= nbhosting.Timeout; k++ {
		if nbhosting.KindNamed(k.String()) != k {
			t.Errorf("%s does not come back", k)
		}
	}
}
