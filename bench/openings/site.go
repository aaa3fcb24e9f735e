package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// site is a real nbhosting with a course of one notebook.
type site struct {
	binary, dir, url string
	serve            *exec.Cmd
}

const notebook = `{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`

func newSite(ctx context.Context, binary, image string) (*site, error) {
	dir, err := os.MkdirTemp("", "nbhosting-bench")
	if err != nil {
		return nil, err
	}
	s := &site{binary: binary, dir: dir}
	config := fmt.Sprintf("root: %s\nlisten: 127.0.0.1:0\naccess: {allowed_addresses: [127.0.0.1]}\ndocker: {name_prefix: bench-}\nservers: {start_timeout: 5m, stop_on_exit: true}\n",
		filepath.Join(dir, "root"))
	repository := filepath.Join(dir, "course")
	err = errors.Join(
		os.WriteFile(s.config(), []byte(config), 0o600), os.Mkdir(repository, 0o755),
		os.WriteFile(filepath.Join(repository, "intro.ipynb"), []byte(notebook), 0o644),
	)
	if err == nil {
		err = git.Runner{}.Snapshot(ctx, repository, "a course")
	}
	if err == nil {
		_, err = s.command(ctx, "course", "create", "bench", repository, "--image", image)
	}
	if err == nil {
		err = s.start()
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *site) config() string { return filepath.Join(s.dir, "nbhosting.yaml") }

func (s *site) command(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, s.binary, append([]string{"--config", s.config()}, args...)...)
	out, err := cmd.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		err = fmt.Errorf("%v: %w: %s", args, err, failed.Stderr)
	}
	return out, err
}

var servingOn = regexp.MustCompile(`msg=serving on=(\S+)`)

// start starts the program and reads from its log where it serves.
func (s *site) start() error {
	s.serve = exec.Command(s.binary, "--config", s.config(), "serve")
	log, err := s.serve.StderrPipe()
	if err != nil {
		return err
	}
	if err := s.serve.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if m := servingOn.FindStringSubmatch(lines.Text()); m != nil {
			s.url = "http://" + m[1]
			go io.Copy(io.Discard, log)
			return nil
		}
	}
	return errors.New("the program ended before it served")
}

// open opens the notebook as student number i and waits until it can be used.
func (s *site) open(ctx context.Context, i int) error {
	launch := nbhosting.Launch{Course: "bench", Notebook: "intro", Student: nbhosting.Student(fmt.Sprintf("student%d", i))}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+launch.Path(), nil)
	if err != nil {
		return err
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusFound {
		text, _ := io.ReadAll(resp.Body)
		return fmt.Errorf("%s: %s", resp.Status, text)
	}
	return nil
}

func (s *site) stopAll(ctx context.Context) error {
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

func (s *site) close() {
	if s.serve != nil && s.serve.Process != nil {
		_ = s.serve.Process.Signal(os.Interrupt) // it may have ended
		ended := time.AfterFunc(time.Minute, func() { _ = s.serve.Process.Kill() })
		_ = s.serve.Wait()
		ended.Stop()
	}
	os.RemoveAll(s.dir)
}
