package revision_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/settings"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

// wantFinding checks that there is a finding of that severity and file whose
// message holds a text.
func (s site) wantFinding(severity settings.Severity, file, text string) {
	s.T.Helper()
	for _, f := range s.show().Findings {
		if f.Severity == severity && f.File == file && strings.Contains(f.Message, text) {
			return
		}
	}
	s.T.Errorf("no %s of %s with %q in %+v", severity, file, text, s.show().Findings)
}

func (s site) clonesOfSubmodules() int {
	entries, _ := os.ReadDir(filepath.Join(s.Root, "courses-git/tour/.git/submodules"))
	return len(entries)
}

func TestSubmodulesArePublished(t *testing.T) {
	a := gittest.NewAuthor(t)
	lib, deep := a.Beside("lib"), a.Beside("deep")
	inner := deep.Commit(map[string]string{"deep.py": "x = 1", "deep.md": "deep"})
	lib.Submodule("inner", "../deep", inner)
	outer := lib.Commit(map[string]string{
		"__init__.py": "", "nbhosting/nbhosting.yaml": "tracks: [broken\n", "readme.txt": "", "a.ipynb": `{"cells": []}`,
	})
	a.Submodule("modules/lib", "../lib", outer)
	a.Submodule("data/deep", deep.Dir, inner)
	a.Submodule("nbhosting", "../lib", outer) // whose nbhosting.yaml would be nbhosting/nbhosting/nbhosting.yaml
	a.Commit(map[string]string{"a.md": ""})
	s := newSite(t)
	s.create(a.Dir)
	s.WantFiles("modules/tour", "lib/.gitmodules", "lib/__init__.py", "lib/a.ipynb", "lib/inner/deep.md", "lib/inner/deep.py",
		"lib/nbhosting/nbhosting.yaml", "lib/readme.txt")
	s.WantFiles("static/tour", "data/deep/deep.md", "data/deep/deep.py")
	if got := s.Read("courses/tour/modules/lib/inner/deep.md"); got != "deep" {
		t.Errorf("notebook of a submodule: %q", got)
	}
	if findings := s.show().Findings; len(findings) > 0 {
		t.Errorf("findings: %v", findings)
	}

	lib.Commit(map[string]string{"new.md": ""}) // which the course does not use yet
	outcome := s.pull()
	if outcome.Changed {
		t.Error("a push to a submodule changed the course")
	}
	a.Git("rm", "--quiet", "--cached", "modules/lib", "nbhosting")
	a.Commit(nil)
	s.pull()
	s.WantFiles("modules/tour")
	if n := s.clonesOfSubmodules(); n != 1 {
		t.Errorf("%d clones are left", n)
	}
}

func TestSettingsOfASubmoduleAreNotTheCourses(t *testing.T) {
	a := gittest.NewAuthor(t)
	lib := a.Beside("lib")
	a.Submodule("nbhosting", "../lib", lib.Commit(map[string]string{"nbhosting.yaml": "tracks: [broken\n"}))
	a.Commit(map[string]string{"a.md": ""})
	s := newSite(t)
	s.create(a.Dir)
	if findings := s.show().Findings; len(findings) > 0 {
		t.Errorf("findings: %v", findings)
	}
}

func TestASubmoduleMovesOn(t *testing.T) {
	a := gittest.NewAuthor(t)
	lib := a.Beside("lib")
	a.Submodule("modules/lib", "../lib", lib.Commit(map[string]string{"x.py": "1"}))
	a.Commit(nil)
	s := newSite(t)
	s.create(a.Dir)
	second := lib.Commit(map[string]string{"x.py": "2"})
	lib.Git("reset", "--quiet", "--hard", "HEAD^") // no branch holds it
	a.Git("update-index", "--cacheinfo", "160000,"+second+",modules/lib")
	a.Commit(nil)
	s.pull()
	if got := s.Read("modules/tour/lib/x.py"); got != "2" {
		t.Errorf("got %q", got)
	}
}

func TestAMissingSubmodule(t *testing.T) {
	a := gittest.NewAuthor(t)
	lib := a.Beside("lib")
	first := lib.Commit(map[string]string{"x.py": "1"})
	a.Submodule("modules/lib", "../gone", first)
	commit := a.Commit(map[string]string{"a.md": "1"})
	s := newSite(t)
	s.create(a.Dir) // what can be had
	s.wantFinding(settings.SeverityError, ".gitmodules", `submodule "modules/lib" are missing: There is no repository at `)
	if outcome := s.pull(); outcome.Changed || s.published() != commit {
		t.Errorf("nothing is new: %+v", outcome)
	}
	a.Commit(map[string]string{"a.md": "2"})
	s.pull() // it was missing before
	s.wantFinding(settings.SeverityWarning, ".gitmodules", "modules/lib")
	if err := os.Rename(lib.Dir, filepath.Join(filepath.Dir(lib.Dir), "gone")); err != nil {
		t.Fatal(err)
	}
	if outcome := s.pull(); !outcome.Changed {
		t.Error("of the same commit, what was missing is there now, and not published")
	}
	s.WantFiles("modules/tour", "lib/x.py")
	before := s.published()
	a.Git("update-index", "--cacheinfo", "160000,"+before+",modules/lib") // a commit of another repository
	a.Commit(map[string]string{"a.md": "3"})
	var log strings.Builder
	_, err := s.tryPull(&log)
	sitetest.WantKind(t, err, nbhosting.Invalid)
	if s.published() != before || !strings.Contains(log.String(), "does not have the commit "+before[:12]) {
		t.Errorf("published %s, log:\n%s", s.published(), &log)
	}
}

func TestSubmodulesThatCannotBe(t *testing.T) {
	commit := strings.Repeat("ab", 20)
	for name, c := range map[string]struct {
		gitmodules string
		severity   settings.Severity
		file, want string
	}{
		"not said":     {"", settings.SeverityWarning, "lib", "does not say where it comes from"},
		"broken":       {"[submodule \"lib\n", settings.SeverityError, ".gitmodules", "Is .gitmodules as git writes it"},
		"a program":    {"[submodule \"lib\"]\npath=lib\nurl=ext::sh -c id\n", settings.SeverityError, ".gitmodules", "cannot be used"},
		"an option":    {"[submodule \"lib\"]\npath=lib\nurl=--upload-pack=id\n", settings.SeverityError, ".gitmodules", "cannot be used"},
		"no such host": {"[submodule \"lib\"]\npath=lib\nurl=http://lib.invalid/x\n", settings.SeverityError, ".gitmodules", "The host in http://lib.invalid/x is unknown"},
		"itself":       {"[submodule \"lib\"]\npath=lib\nurl=../source\n", settings.SeverityError, ".gitmodules", "does not have the commit"},
	} {
		t.Run(name, func(t *testing.T) {
			a := gittest.NewAuthor(t)
			a.Write(map[string]string{".gitmodules": c.gitmodules, "lib/": "", "a.md": ""})
			a.Git("update-index", "--add", "--cacheinfo", "160000,"+commit+",lib")
			a.Commit(nil)
			s := newSite(t)
			s.create(a.Dir)
			s.wantFinding(c.severity, c.file, c.want)
			s.WantFiles("courses/tour", "a.md")
		})
	}
}

func TestASubmoduleThatIsNotWanted(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Write(map[string]string{".gitmodules": "[submodule \"lib\"]\npath=lib\nurl=http://lib.invalid/x\nupdate=none\n", "lib/": ""})
	a.Git("update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("ab", 20)+",lib")
	a.Commit(nil)
	s := newSite(t)
	s.create(a.Dir)
	if findings := s.show().Findings; len(findings) > 0 {
		t.Errorf("findings: %v", findings)
	}
}

// TestSubmodulesAreBounded makes each repository a submodule of the next.
func TestSubmodulesAreBounded(t *testing.T) {
	a := gittest.NewAuthor(t)
	below, commit := "", ""
	for i := range 10 {
		b := a.Beside(fmt.Sprint(i))
		if below != "" {
			b.Submodule("s", "../"+below, commit)
		}
		below, commit = fmt.Sprint(i), b.Commit(map[string]string{fmt.Sprint(i, ".md"): ""})
	}
	a.Submodule("s", "../"+below, commit)
	a.Commit(nil)
	s := newSite(t)
	s.create(a.Dir)
	s.wantFinding(settings.SeverityError, "s/s/s/s/s/s/s/s/.gitmodules", "too many submodules")
	if n := len(s.Files("courses/tour")); n != 8 {
		t.Errorf("%d notebooks", n)
	}
}

// TestSubmodulesThatHang shows that many of them take no longer than one: once
// the time is over, nobody else is asked.
func TestSubmodulesThatHang(t *testing.T) {
	t.Parallel() // it waits most of the time
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var asked atomic.Int64
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			asked.Add(1)
			defer conn.Close() // at the end of the test
		}
	}()
	a := gittest.NewAuthor(t)
	for i := range 10 {
		a.Submodule(fmt.Sprint("s", i), fmt.Sprintf("git://%s/%d", listener.Addr(), i), strings.Repeat("ab", 20))
	}
	a.Commit(map[string]string{"a.md": ""})
	s := newSite(t)
	s.clones.Git = git.Runner{NetworkTimeout: 2 * time.Second}
	s.create(a.Dir)
	if n := asked.Load(); n != 1 {
		t.Errorf("%d were asked", n)
	}
	s.wantFinding(settings.SeverityError, ".gitmodules", "took too long")
}

// TestThePasswordOfACourseAndItsSubmodules serves repositories to ada only.
func TestThePasswordOfACourseAndItsSubmodules(t *testing.T) {
	a := gittest.NewAuthor(t)
	lib := a.Beside("lib")
	server := withPassword(t, filepath.Dir(a.Dir))
	a.Submodule("modules/lib", "../../lib/.git", lib.Commit(map[string]string{"x.py": "1"}))
	a.Submodule("modules/abs", server.URL+"/lib/.git", lib.Git("rev-parse", "HEAD"))
	a.Commit(map[string]string{"a.md": ""})
	s := newSite(t)
	c := nbhosting.Course{Name: tour, GitURL: strings.Replace(server.URL, "://", "://ada:s3cret@", 1) + "/source/.git", Image: "i"}
	var log strings.Builder
	*s.course = c
	if _, err := s.tryPull(&log); err != nil {
		t.Fatal(err)
	}
	s.WantFiles("modules/tour", "abs/x.py", "lib/x.py")
	err := filepath.WalkDir(s.Root, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasPrefix(filepath.Base(path), "db") {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), "s3cret") {
			t.Errorf("the password is in %s", path)
		}
		return err
	})
	if err != nil || strings.Contains(log.String(), "s3cret") {
		t.Errorf("%v, log:\n%s", err, &log)
	}
}

// withPassword serves the repositories below dir to ada, whose password is s3cret.
func withPassword(t *testing.T, dir string) *httptest.Server {
	t.Helper()
	path, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	backend := &cgi.Handler{
		Path: path, Args: []string{"-c", "safe.directory=*", "http-backend"},
		Env: []string{"GIT_PROJECT_ROOT=" + dir, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=ada"}, Stderr: io.Discard,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "ada" || password != "s3cret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server
}
