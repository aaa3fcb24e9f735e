package apptest

import (
	"github.com/nbhosting/nbhosting/internal/jupyter/jupytertest"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
)

// Working returns a program that stands for Jupyter in all that a class does:
// notebooks, kernels, saves. It goes wrong as faults says at each request.
func Working(faults func() jupytertest.Faults) func(runtime.Spec) fake.Program {
	return func(spec runtime.Spec) fake.Program {
		settings, err := jupytertest.ReadSettings(spec.Dir)
		if err != nil {
			return fake.Exit(1, err.Error())
		}
		for _, mount := range spec.Mounts {
			if mount.Target == settings.Root { // the program is on this side of it
				settings.Root = mount.Source
			}
		}
		return func(p fake.Process) int {
			s, err := jupytertest.New(settings, faults, p.Output)
			if err != nil {
				return fake.Exit(1, err.Error())(p)
			}
			defer s.Close()
			p.Term = either(p.Term, s.Shutdown(), p.Kill.Done())
			if code := faults().Exit; code != 0 {
				return code
			}
			return fake.Serve(s)(p)
		}
	}
}
