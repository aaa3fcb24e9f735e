package server

import (
	"cmp"
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/disk"
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

// StaticDir returns the path at which a server sees the static data of its
// course; onHost is where this host has them, whatever revision is current.
func (m *Manager) StaticDir(onHost string) string {
	if m.Runtime.Confined() {
		return jupyter.Confined().Static
	}
	return onHost
}

// RevisionsDir returns the path at which a server sees the revisions of its
// course; onHost is where this host has them.
func (m *Manager) RevisionsDir(onHost string) string {
	if m.Runtime.Confined() {
		return jupyter.Confined().Home + "/" + nbhosting.CourseMount
	}
	return onHost
}

// boot says what the server is started with.
func (m *Manager) boot(s nbhosting.Server, want Wanted) jupyter.Boot {
	b := jupyter.Boot{Places: jupyter.Confined(), Socket: runtime.SocketName, BasePath: s.BasePath(), Token: s.Token}
	if !m.Runtime.Confined() {
		b.Places = jupyter.Places{Home: m.scratch(s), Work: want.Workspace, Modules: want.Course.Modules, Run: s.Dir}
	}
	return b
}

// scratch is the home of a server that shares this host's file system.
func (m *Manager) scratch(s nbhosting.Server) string {
	return filepath.Join(m.ScratchDir, string(s.ID))
}

// spec says how the server runs. Nothing in it but the mounts, the labels and the user id
// depends on the student, and its command line and environment hold no secret.
func (m *Manager) spec(s nbhosting.Server, want Wanted, b jupyter.Boot) runtime.Spec {
	inside := jupyter.Confined()
	return runtime.Spec{
		Name: instanceName(s),
		Labels: map[string]string{
			labelServer: string(s.ID), labelCourse: string(s.Key.Course), labelStudent: string(s.Key.Student), labelRevision: s.Revision,
		},
		Image: s.Image, UID: s.UID, GID: s.UID, Dir: s.Dir,
		Mounts: []runtime.Mount{
			{Source: s.Dir, Target: inside.Run},
			{Source: want.Workspace, Target: inside.Work},
			{Source: want.Course.Revisions, Target: m.RevisionsDir(want.Course.Revisions), ReadOnly: true},
			{Source: want.Course.ModulesView, Target: inside.Modules, ReadOnly: true},
			{Source: want.Course.StaticView, Target: inside.Static, ReadOnly: true},
		},
		Env:     b.Env(),
		Command: b.Command(),
		WorkDir: b.Work,
		Limits:  m.Limits,
		Network: cmp.Or(runtime.Network(want.Network), m.Network),
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

// makeDirs makes the directories that are the server's alone.
func (m *Manager) makeDirs(s nbhosting.Server, b jupyter.Boot) error {
	if err := b.Write(s.Dir, s.UID); err != nil || m.Runtime.Confined() {
		return err
	}
	return jupyter.MakeDir(m.scratch(s), s.UID)
}

func (m *Manager) removeDirs(s nbhosting.Server) error {
	return errors.Join(disk.RemoveAll(s.Dir), disk.RemoveAll(m.scratch(s)))
}

func dialer(s nbhosting.Server) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) { return Dial(ctx, s) }
}
