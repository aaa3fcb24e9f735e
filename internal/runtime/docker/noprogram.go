package docker

import (
	"context"
	"path"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// noProgram is the exit code of a shell for a program that is not there.
const noProgram = 127

// ended returns the instance of a container. Podman's init ends with 1, as any program
// may, where there is no program for it to start (Docker's has codes for that), and
// what it prints does not always reach the log: so the program is looked for.
func (d *Driver) ended(ctx context.Context, c container.InspectResponse) runtime.Instance {
	i := instance(c)
	if i.State == runtime.Ended && i.ExitCode == 1 && d.hasInit() && d.lacksProgram(ctx, c) {
		i.ExitCode = noProgram
	}
	return i
}

// lacksProgram tells whether the program of a container is in no place where it could be.
func (d *Driver) lacksProgram(ctx context.Context, c container.InspectResponse) bool {
	if len(c.Config.Entrypoint) == 0 {
		return false
	}
	where := places(c.Config.Entrypoint[0], c.Config.WorkingDir, c.Config.Env)
	for _, place := range where {
		found, err := d.client.ContainerStatPath(ctx, c.ID, client.ContainerStatPathOptions{Path: place})
		if err == nil && !found.Stat.Mode.IsDir() || err != nil && !cerrdefs.IsNotFound(err) {
			return false
		}
	}
	return len(where) > 0
}

// places are where execvp(3) looks for a program.
func places(program, dir string, env []string) []string {
	if strings.Contains(program, "/") {
		if !path.IsAbs(program) {
			program = path.Join(dir, program)
		}
		return []string{program}
	}
	var found []string
	for _, variable := range env {
		value, isPath := strings.CutPrefix(variable, "PATH=")
		if !isPath {
			continue
		}
		for _, in := range strings.Split(value, ":") {
			if path.IsAbs(in) {
				found = append(found, path.Join(in, program))
			}
		}
	}
	return found
}
