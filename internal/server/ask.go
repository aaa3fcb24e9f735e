package server

import (
	"context"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/jupyter"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Usage returns what a server uses now.
func (m *Manager) Usage(ctx context.Context, s nbhosting.Server) (runtime.Usage, error) {
	return m.Runtime.Usage(ctx, instanceName(s))
}

// ImageID returns the id of the image that a server would be started in now; "" where there are none.
func (m *Manager) ImageID(ctx context.Context, image string) (string, error) {
	return m.Runtime.ImageID(ctx, image)
}

// Kernels asks a server for the kernels that run in it. An answer means that Jupyter works.
func (m *Manager) Kernels(ctx context.Context, s nbhosting.Server) ([]jupyter.Kernel, error) {
	return m.client(s).Running(ctx)
}

// Output returns the last lines that a server printed, without its secrets.
func (m *Manager) Output(ctx context.Context, s nbhosting.Server, lines int) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, m.CallTimeout)
	defer cancel()
	text, err := m.Runtime.Output(ctx, instanceName(s), lines)
	if err != nil {
		return "", err
	}
	return redact(s, text), nil
}

// redact drops the secrets of a server from what it printed.
func redact(s nbhosting.Server, text string) string {
	return strings.NewReplacer(s.Secret, "…", s.Token, "…").Replace(text)
}
