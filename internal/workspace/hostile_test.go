package workspace_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/sitetest"
	"github.com/nbhosting/nbhosting/internal/workspace"
	"github.com/nbhosting/nbhosting/internal/workspace/workspacetest"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		replaceForEver()
	}
	if os.Getenv(cloneEnv) != "" {
		cloneAndDie()
	}
	sitetest.UseMemory()
	os.Exit(m.Run())
}

// operation is one of those that this package offers: one line in the table.
type operation struct {
	looks bool // it changes nothing
	do    func(s *workspacetest.Site, w workspace.Workspace, file string) (shown string, err error)
}

var errNotKept = errors.New("there is no room for the history")

func operations() map[string]operation {
	type (
		site  = *workspacetest.Site
		space = workspace.Workspace
	)
	replace := func(content string, o func(s site) workspace.ReplaceOptions) func(site, space, string) (string, error) {
		return func(s site, w space, file string) (string, error) { return "", w.Replace(file, []byte(content), o(s)) }
	}
	return map[string]operation{
		"prepare": {do: func(s site, _ space, _ string) (string, error) {
			_, err := s.Workspaces.Prepare(s.Context(), workspacetest.Key)
			return "", err
		}},
		"existing": {looks: true, do: func(s site, _ space, _ string) (string, error) {
			_, err := s.Workspaces.Existing(workspacetest.Key)
			return "", err
		}},
		"copy": {do: func(s site, w space, file string) (string, error) {
			f, err := fstest.MapFS{"nb": {Data: []byte("the course's"), Mode: 0o444, ModTime: modTime}}.Open("nb")
			if err != nil {
				return "", err
			}
			_, err = w.Copy(f, file)
			return "", err
		}},
		"link": {do: func(_ site, w space, file string) (string, error) {
			return "", w.Link(file, "/home/jovyan/static", []nbhosting.StaticMapping{{Source: "data", Destination: "data"}, {Source: "nb.ipynb", Destination: "nb"}})
		}},
		"clone": {do: func(s site, w space, file string) (string, error) {
			return "", s.Workspaces.Clone(s.Context(), w, newRepository(file, "w1/sub/new.md"))
		}},
		"read": {looks: true, do: func(_ site, w space, file string) (string, error) {
			text, _, err := w.Read(file, 1<<20)
			return string(text), err
		}},
		"replace": {do: replace("new", func(s site) workspace.ReplaceOptions { return workspace.ReplaceOptions{Keep: s.Keep} })},
		"replace by much": {do: replace(strings.Repeat("new", 100_000), func(s site) workspace.ReplaceOptions {
			return workspace.ReplaceOptions{Keep: s.Keep}
		})},
		"replace what was not kept": {do: replace("new", func(site) workspace.ReplaceOptions {
			return workspace.ReplaceOptions{Keep: func([]byte) error { return errNotKept }}
		})},
		"replace what is kept once only": {do: func(s site, w space, file string) (string, error) {
			calls := 0
			return "", w.Replace(file, []byte("new"), workspace.ReplaceOptions{Keep: func(b []byte) error {
				if calls++; calls > 1 {
					return errNotKept
				}
				return s.Keep(b)
			}})
		}},
		"replace what was not expected": {do: replace("new", func(s site) workspace.ReplaceOptions {
			return workspace.ReplaceOptions{Keep: s.Keep, Expected: &[sha256.Size]byte{1}}
		})},
		"remove": {do: func(s site, w space, file string) (string, error) {
			return "", w.Remove(file, workspace.ReplaceOptions{Keep: s.Keep})
		}},
		"remove what was not kept": {do: func(_ site, w space, file string) (string, error) {
			return "", w.Remove(file, workspace.ReplaceOptions{Keep: func([]byte) error { return errNotKept }})
		}},
		"remove what is kept once only": {do: func(s site, w space, file string) (string, error) {
			calls := 0
			return "", w.Remove(file, workspace.ReplaceOptions{Keep: func(b []byte) error {
				if calls++; calls > 1 {
					return errNotKept
				}
				return s.Keep(b)
			}})
		}},
		"zip": {looks: true, do: func(s site, w space, _ string) (string, error) {
			var out bytes.Buffer
			if err := w.Zip(s.Context(), &out); err != nil {
				return "", err
			}
			files, _ := unzip(s.T, out.Bytes())
			return fmt.Sprint(files), nil
		}},
		"use": {looks: true, do: func(s site, w space, _ string) (string, error) {
			_, err := w.Use(s.Context())
			return "", err
		}},
		"opened": {looks: true, do: func(s site, _ space, file string) (string, error) {
			_, err := s.Workspaces.Opened(workspacetest.Key, []string{file, "w1/../../../outside/secret"})
			return "", err
		}},
		"find": {looks: true, do: func(s site, _ space, file string) (string, error) {
			found, err := s.Workspaces.Find(workspacetest.Key, []string{file, "../../../outside/secret"})
			if len(found) > 1 {
				err = fmt.Errorf("found %q", found)
			}
			return "", err
		}},
		"peek": {looks: true, do: func(s site, _ space, file string) (string, error) {
			text, err := s.Workspaces.Peek(workspacetest.Key, file, 100)
			return string(text), err
		}},
	}
}

// within fails the test where f would wait for ever.
func within(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("it waits")
	}
}

// TestHostileWorkspaces does everything in every hostile workspace.
func TestHostileWorkspaces(t *testing.T) {
	for _, h := range workspacetest.Hostiles() {
		t.Run(h.Name, func(t *testing.T) {
			for name, op := range operations() {
				t.Run(name, func(t *testing.T) {
					s := workspacetest.New(t)
					w := s.Workspace()
					h.Set(s)
					if h.Race != nil {
						race(s, w, h, op)
						return
					}
					var shown string
					var err error
					within(t, func() { shown, err = op.do(s, w, h.Target()) })
					checkAnswer(s, h, name, shown, err)
					checkWorkspace(s, h, op, err)
				})
			}
		})
	}
}

func checkAnswer(s *workspacetest.Site, h workspacetest.Hostile, name, shown string, err error) {
	s.Helper()
	if strings.Contains(shown, workspacetest.Secret) {
		s.Errorf("shows %q", shown)
	}
	if strings.Contains(nbhosting.MessageOf(err), s.Top) {
		s.Errorf("the message shows a path of the host: %s", nbhosting.MessageOf(err))
	}
	explained := nbhosting.KindOf(err) != nbhosting.Internal || errors.Is(err, errNotKept) || name == "peek"
	if err != nil && !explained && !h.Internal {
		s.Errorf("nobody is told what to do: %v", err)
	}
}

func checkWorkspace(s *workspacetest.Site, h workspacetest.Hostile, op operation, err error) {
	s.Helper()
	s.CheckOutside()
	s.CheckNothingLost()
	s.CheckOwners()
	swept := h.Name == "leftovers" // by what works in that folder
	switch {
	case op.looks:
		s.CheckSame()
	case err != nil && !swept && !h.Leftovers:
		s.CheckNothingNew()
	}
	if !h.Leftovers && !swept {
		s.CheckNoLeftovers()
	}
}

// race does it again and again while the student changes what names mean.
func race(s *workspacetest.Site, w workspace.Workspace, h workspacetest.Hostile, op operation) {
	stop := s.Meanwhile(func() { h.Race(s) })
	within(s.T, func() {
		for range 100 {
			shown, err := op.do(s, w, h.Target())
			if strings.Contains(shown, workspacetest.Secret) {
				s.Errorf("shows %q", shown)
			}
			if strings.Contains(nbhosting.MessageOf(err), s.Top) {
				s.Errorf("the message shows a path of the host: %s", nbhosting.MessageOf(err))
			}
		}
	})
	stop()
	s.CheckOutside()
	s.CheckNothingLost()
	s.CheckOwners()
	if !h.Leftovers {
		s.CheckNoLeftovers()
	}
}
