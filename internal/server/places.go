package server

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/jupyter"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Labels of instances: how a restart finds them again.
const (
	labelServer   = "nbhosting.server"
	labelCourse   = "nbhosting.course"
	labelStudent  = "nbhosting.student"
	labelRevision = "nbhosting.revision"
)

// Where a confined server sees things. Courses and students' links depend on
// these paths, they are the same for every image.
const (
	confinedHome    = "/home/jovyan"
	confinedModules = confinedHome + "/modules"
	confinedStatic  = confinedHome + "/static"
	confinedRun     = "/run/nbhosting"
)

// Files in a server's own directory.
const (
	settingsFile = "jupyter_server_config.json" // Jupyter looks for this name
	startFile    = "start.py"
)

// StaticDir returns the path at which a server sees the static data of its
// course; onHost is where this host has them, whatever revision is current.
func (m *Manager) StaticDir(onHost string) string {
	if m.Runtime.Confined() {
		return confinedStatic
	}
	return onHost
}

// places are the paths of one server, as the server sees them.
type places struct{ home, work, modules, run, scratch string }

func (m *Manager) places(s nbhosting.Server, want Wanted) places {
	if m.Runtime.Confined() {
		return places{home: confinedHome, work: confinedHome + "/work", modules: confinedModules, run: confinedRun}
	}
	home := filepath.Join(m.ScratchDir, string(s.ID))
	return places{home: home, work: want.Workspace, modules: want.Course.Modules, run: s.Dir, scratch: home}
}

// spec says how the server runs. Nothing in it but the mounts, the labels and the user id
// depends on the student, and its command line and environment hold no secret.
func (m *Manager) spec(s nbhosting.Server, want Wanted, p places) runtime.Spec {
	return runtime.Spec{
		Name: instanceName(s),
		Labels: map[string]string{
			labelServer: string(s.ID), labelCourse: string(s.Key.Course), labelStudent: string(s.Key.Student), labelRevision: s.Revision,
		},
		Image: s.Image, UID: s.UID, GID: s.UID, Dir: s.Dir,
		Mounts: []runtime.Mount{
			{Source: s.Dir, Target: confinedRun},
			{Source: want.Workspace, Target: p.work},
			{Source: want.Course.Revisions, Target: confinedHome + "/" + nbhosting.CourseMount, ReadOnly: true},
			{Source: want.Course.ModulesView, Target: confinedModules, ReadOnly: true},
			{Source: want.Course.StaticView, Target: confinedStatic, ReadOnly: true},
		},
		Env: []string{
			"HOME=" + p.home, "USER=jovyan", "SHELL=/bin/bash", "LANG=C.UTF-8", "TERM=xterm",
			"JUPYTER_CONFIG_PATH=" + p.run,
			"NBAUTOEVAL_LOG=" + p.work + "/.nbautoeval",
			"PYTHONPATH=" + p.modules,
		},
		Command: []string{"python3", "-I", p.run + "/" + startFile},
		WorkDir: p.work,
		Limits:  m.Limits,
		Network: m.Network,
	}
}

// instanceName is COURSE-x-STUDENT, as the administrators of existing sites know
// it, where an engine can take that and it can mean nothing else.
func instanceName(s nbhosting.Server) string {
	name := s.Key.String()
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_.-", r)
	}
	unplain := func(r rune) bool { return !plain(r) }
	if strings.ContainsFunc(name, unplain) || name[0] == '_' || strings.Count(name, "-x-") != 1 || len(name) > 200 {
		return "nbh-" + string(s.ID)
	}
	return name
}

// makeDirs makes the server's own directory, with the program that starts Jupyter
// and the settings that it reads. They stay out of its command line, which others can read.
func makeDirs(s nbhosting.Server, p places) error {
	settings, err := json.Marshal(map[string]any{
		"ServerApp": map[string]any{
			"base_url": s.BasePath(), "sock": p.run + "/" + runtime.SocketName, "root_dir": p.work,
			"open_browser": false, "allow_remote_access": true, "quit_button": false,
		},
		"IdentityProvider": map[string]any{"token": s.Token},
		"Application":      map[string]any{"log_level": "WARN"}, // below, it prints its address, secret and all
	})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(s.Dir), 0o711); err != nil {
		return err
	}
	if err := os.Mkdir(s.Dir, 0o700); err != nil {
		return err
	}
	for name, text := range map[string][]byte{settingsFile: settings, startFile: jupyter.StartProgram} {
		file := filepath.Join(s.Dir, name)
		if err := errors.Join(os.WriteFile(file, text, 0o400), giveTo(file, s.UID)); err != nil {
			return err
		}
	}
	if err := giveTo(s.Dir, s.UID); err != nil {
		return err
	}
	if p.scratch == "" {
		return nil
	}
	return errors.Join(os.MkdirAll(filepath.Dir(p.scratch), 0o711), os.Mkdir(p.scratch, 0o700), giveTo(p.scratch, s.UID))
}

func giveTo(path string, uid int) error {
	if os.Getuid() != 0 {
		return nil
	}
	return os.Lchown(path, uid, uid)
}

func (m *Manager) removeDirs(s nbhosting.Server) error {
	return errors.Join(os.RemoveAll(s.Dir), os.RemoveAll(filepath.Join(m.ScratchDir, string(s.ID))))
}

func dialer(s nbhosting.Server) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) { return Dial(ctx, s) }
}
