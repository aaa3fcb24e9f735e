package runtime_test

import (
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

func valid() runtime.Spec {
	return runtime.Spec{Name: "c1-x-s1", UID: 1000, GID: 1000, Dir: "/d", WorkDir: "/", Command: []string{"jupyter"}, Env: []string{"A=", "B=c=d"}}
}

func TestCheckAcceptsWhatCanRun(t *testing.T) {
	if err := valid().Check(); err != nil {
		t.Error(err)
	}
}

func TestCheckRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*runtime.Spec){
		"no name":                    func(s *runtime.Spec) { s.Name = "" },
		"a name with a slash":        func(s *runtime.Spec) { s.Name = "a/b" },
		"a name that begins badly":   func(s *runtime.Spec) { s.Name = ".." },
		"a name that is not ASCII":   func(s *runtime.Spec) { s.Name = "é" },
		"a very long name":           func(s *runtime.Spec) { s.Name = strings.Repeat("a", 201) },
		"no command":                 func(s *runtime.Spec) { s.Command = nil },
		"an empty command":           func(s *runtime.Spec) { s.Command = []string{""} },
		"a user that does not exist": func(s *runtime.Spec) { s.UID = -1 },
		"a relative directory":       func(s *runtime.Spec) { s.Dir = "d" },
		"no working directory":       func(s *runtime.Spec) { s.WorkDir = "" },
		"a relative mount":           func(s *runtime.Spec) { s.Mounts = []runtime.Mount{{Source: "a", Target: "/a"}} },
		"a nameless variable":        func(s *runtime.Spec) { s.Env = []string{"=x"} },
		"a variable without value":   func(s *runtime.Spec) { s.Env = []string{"SECRET"} },
	} {
		spec := valid()
		spoil(&spec)
		if err := spec.Check(); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestCheckRun(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(*runtime.Spec)
		fine  bool
	}{
		"a directory":            {func(*runtime.Spec) {}, true},
		"no directory":           {func(s *runtime.Spec) { s.Dir = "" }, true},
		"a relative directory":   {func(s *runtime.Spec) { s.Dir = "d" }, false},
		"no user":                {func(s *runtime.Spec) { s.UID, s.GID = 0, 0 }, false},
		"no group":               {func(s *runtime.Spec) { s.GID = 0 }, false},
		"a user below all":       {func(s *runtime.Spec) { s.UID = -1 }, false},
		"no command":             {func(s *runtime.Spec) { s.Command = nil }, false},
		"a name that is a path":  {func(s *runtime.Spec) { s.Name = "../x" }, false},
		"no working directory":   {func(s *runtime.Spec) { s.WorkDir = "" }, false},
		"a mount of a bare name": {func(s *runtime.Spec) { s.Mounts = []runtime.Mount{{Source: "/a", Target: "a"}} }, false},
	} {
		spec := valid()
		test.spoil(&spec)
		if err := spec.CheckRun(); (err == nil) != test.fine {
			t.Errorf("%s: %v", name, err)
		}
	}
}
