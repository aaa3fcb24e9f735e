// Package bare starts containers by hand: the least that a site has to do with
// the same engine and image.
package bare

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting/internal/jupyter"
	"github.com/nbhosting/nbhosting/internal/unixsock"
)

// Engine starts containers of an image by hand: with the same user and socket
// as nbhosting's servers, and nothing else.
type Engine struct {
	image string
	ours  bool
	dir   string
	mu    sync.Mutex
	names []string
}

// New returns an engine that starts containers of that image: with jupyter-lab as
// it comes or, if ours is true, with the program that starts Jupyter for nbhosting.
func New(image string, ours bool) (*Engine, error) {
	dir, err := os.MkdirTemp("", "nbhosting-bare")
	return &Engine{image: image, ours: ours, dir: dir}, err
}

const bareUID = 99999

func (b *Engine) socket(i int) string { return filepath.Join(b.dir, fmt.Sprint(i), "jupyter.sock") }

// Start runs a container and waits for Jupyter's first answer.
func (b *Engine) Start(ctx context.Context, i int) error {
	dir := filepath.Dir(b.socket(i))
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.Chown(dir, bareUID, bareUID)); err != nil {
		return err
	}
	name := fmt.Sprintf("nbhosting-bare-%d-%d", os.Getpid(), i)
	user := fmt.Sprintf("%d:%d", bareUID, bareUID)
	program := []string{"--entrypoint", "jupyter-lab", b.image}
	if b.ours {
		if err := os.WriteFile(filepath.Join(dir, "start.py"), jupyter.StartProgram, 0o644); err != nil {
			return err
		}
		program = []string{"--entrypoint", "python3", b.image, "-I", "/run/nbhosting/start.py"}
	}
	args := append([]string{
		"run", "--detach", "--name", name, "--user", user, "--group-add", "100",
		"--volume", dir + ":/run/nbhosting", "--env", "HOME=/home/jovyan",
	}, program...)
	args = append(args, "--no-browser", "--ServerApp.sock=/run/nbhosting/jupyter.sock", "--IdentityProvider.token=")
	out, err := exec.CommandContext(ctx, "docker", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("docker run: %w: %s", err, out)
	}
	b.mu.Lock()
	b.names = append(b.names, name)
	b.mu.Unlock()
	for b.Answer(ctx, i) != nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(25 * time.Millisecond):
		}
	}
	return nil
}

// Answer asks a container's Jupyter for its status.
func (b *Engine) Answer(ctx context.Context, i int) error {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return unixsock.Dial(ctx, b.socket(i), unixsock.AnyOwner)
	}
	client := http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/api/status", nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return nil
}

// StopAll removes the containers.
func (b *Engine) StopAll() error {
	if len(b.names) == 0 {
		return nil
	}
	out, err := exec.Command("docker", append([]string{"rm", "--force", "--volumes"}, b.names...)...).CombinedOutput()
	b.names = nil
	if err != nil {
		return fmt.Errorf("docker rm: %w: %s", err, strings.TrimSpace(string(out)))
	}
	entries, err := os.ReadDir(b.dir)
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(b.dir, e.Name())))
	}
	return err
}

// Close removes all that is left.
func (b *Engine) Close() {
	if err := errors.Join(b.StopAll(), os.RemoveAll(b.dir)); err != nil {
		fmt.Fprintln(os.Stderr, "bare containers:", err)
	}
}
