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

func TestNotebookOfServerPath(t *testing.T) {
	for rest, want := range map[string]string{
		"notebooks/w1/a%20b.ipynb": "w1/a b.ipynb", "lab/tree/x.md": "x.md", "lab": "", "api/status": "", "notebooks/../x": "", "notebooks/%zz": "", "notebooks/": "",
	} {
		if got := nbhosting.NotebookOfServerPath(rest); got != want {
			t.Errorf("%s: got %q, want %q", rest, got, want)
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
