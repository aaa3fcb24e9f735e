// Package site runs a whole nbhosting for what is measured from outside: the
// real program with the docker runtime, and a course of a few notebooks.
package site

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// Site is a site that serves.
type Site struct {
	URL string // scheme, host and port

	Adopted      string        // how many servers the program found when it started
	AdoptingTook time.Duration // as its log has it

	binary, dir string
	program
}

// CourseName is the course that a site has.
const CourseName = "bench"

// usual are the settings of a site that says nothing else.
const usual = "docker: {name_prefix: bench-}\nservers: {start_timeout: 5m, stop_on_exit: true}\n"

// Start starts the program binary on a new site, whose course has these files and
// runs in that image. Settings are lines of its configuration, in place of the usual ones.
func Start(ctx context.Context, binary, image string, files map[string][]byte, settings ...string) (*Site, error) {
	dir, err := os.MkdirTemp("", "nbhosting-bench")
	if err != nil {
		return nil, err
	}
	s := &Site{binary: binary, dir: dir}
	if err := s.build(ctx, image, files, settings); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Site) build(ctx context.Context, image string, files map[string][]byte, settings []string) error {
	if len(settings) == 0 {
		settings = []string{usual}
	}
	config := fmt.Sprintf("root: %s\nrun_dir: %s\nlisten: 127.0.0.1:0\nmetrics: {listen: \"127.0.0.1:0\"}\naccess: {allowed_addresses: [127.0.0.1]}\n%s",
		filepath.Join(s.dir, "root"), s.runDir(), strings.Join(settings, ""))
	repository := filepath.Join(s.dir, "course")
	if err := errors.Join(os.Chmod(s.dir, 0o711), os.WriteFile(s.config(), []byte(config), 0o600), os.Mkdir(repository, 0o755)); err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(repository, name), content, 0o644); err != nil {
			return err
		}
	}
	if err := (git.Runner{}).Snapshot(ctx, repository, "a course"); err != nil {
		return err
	}
	if _, err := s.command(ctx, "course", "create", CourseName, repository, "--image", image); err != nil {
		return err
	}
	return s.start()
}

func (s *Site) config() string { return filepath.Join(s.dir, "nbhosting.yaml") }

func (s *Site) runDir() string { return filepath.Join(s.dir, "run") }

func (s *Site) command(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, s.binary, append([]string{"--config", s.config()}, args...)...)
	out, err := cmd.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		err = fmt.Errorf("%v: %w: %s", args, err, failed.Stderr)
	}
	return out, err
}

// Open opens a notebook, waits until it can be used, and returns its URL path.
func (s *Site) Open(ctx context.Context, notebook, student string) (location string, err error) {
	launch := nbhosting.Launch{Course: CourseName, Notebook: notebook, Student: nbhosting.Student(student)}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+launch.Path(), nil)
	if err != nil {
		return "", err
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusFound {
		text, _ := io.ReadAll(resp.Body)
		return "", fmt.Errorf("%s: %s", resp.Status, text)
	}
	return resp.Header.Get("Location"), nil
}

// Memory returns what the servers use, in bytes, as the engine accounts for it.
func (s *Site) Memory(ctx context.Context) (float64, error) {
	out, err := s.command(ctx, "server", "list", "--json")
	if err != nil {
		return 0, err
	}
	var servers []struct {
		Use struct {
			MemoryBytes float64 `json:"memory_bytes"`
		}
	}
	err = json.Unmarshal(out, &servers)
	sum := 0.0
	for _, server := range servers {
		sum += server.Use.MemoryBytes
	}
	return sum, err
}

// StopAll stops all servers.
func (s *Site) StopAll(ctx context.Context) error {
	out, err := s.command(ctx, "server", "list", "--json")
	if err != nil {
		return err
	}
	var servers []struct{ Course, Student string }
	if err := json.Unmarshal(out, &servers); err != nil {
		return err
	}
	for _, server := range servers {
		if _, err := s.command(ctx, "server", "stop", server.Course, server.Student); err != nil {
			return err
		}
	}
	return nil
}

// Close ends the program and its servers, and removes the site.
func (s *Site) Close() {
	if s.ended != nil {
		s.end(os.Interrupt)
	}
	os.RemoveAll(s.dir)
}
