package workspacetest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// flip has two names change what they mean.
func flip(a, b string) func(s *Site) {
	return func(s *Site) {
		unix.Renameat2(unix.AT_FDCWD, s.Path(a), unix.AT_FDCWD, s.Path(b), unix.RENAME_EXCHANGE)
	}
}

// comeAndGo has something away for a moment, and replaces nothing by it.
func comeAndGo(file string) func(s *Site) {
	return func(s *Site) {
		unix.Renameat2(unix.AT_FDCWD, s.Path(file), unix.AT_FDCWD, s.Path("gone"), unix.RENAME_NOREPLACE)
		unix.Renameat2(unix.AT_FDCWD, s.Path("gone"), unix.AT_FDCWD, s.Path(file), unix.RENAME_NOREPLACE)
	}
}

// also makes the notebook and, as the student, something that changes places with it.
func also(f func(s *Site) error) func(s *Site) error {
	return func(s *Site) error { return errors.Join(notebook(s), s.AsStudent(func() error { return f(s) })) }
}

func races() []Hostile {
	away := func(s *Site) string { return s.Path("away") }
	return []Hostile{
		{Name: "folder that leads out now and then", Race: flip("w1", "away"), Make: also(func(s *Site) error { return os.Symlink(s.Outside, away(s)) })},
		{Name: "folder that leads up and out now and then", Race: flip("w1", "away"), Make: also(func(s *Site) error { return os.Symlink("../../../outside", away(s)) })},
		{Name: "folder that is a pipe now and then", Race: flip("w1", "away"), Make: also(func(s *Site) error { return unix.Mkfifo(away(s), 0o666) })},
		{Name: "notebook that leads out now and then", Race: flip(Notebook, "away"), Make: also(func(s *Site) error { return os.Symlink(s.Outside+"/secret", away(s)) })},
		{Name: "notebook that is a pipe now and then", Race: flip(Notebook, "away"), Make: also(func(s *Site) error { return unix.Mkfifo(away(s), 0o666) })},
		{Name: "notebook that is a folder now and then", Race: flip(Notebook, "away"), Make: also(func(s *Site) error { return os.Mkdir(away(s), 0o755) })},
		{Name: "notebook that is another now and then", Race: flip(Notebook, "away"), Make: also(func(s *Site) error { return os.WriteFile(away(s), []byte("another work"), 0o644) })},
		{Name: "notebook that goes and comes", Make: notebook, Race: comeAndGo(Notebook)},
		{Name: "folder that goes and comes", Make: notebook, Race: comeAndGo("w1")},
		{Name: "temporary files that lead out", Leftovers: true, Make: notebook, Race: stealTemporaries},
	}
}

// stealTemporaries puts links in place of temporary files, which stay under other names.
func stealTemporaries(s *Site) {
	entries, _ := os.ReadDir(s.Path("w1"))
	for _, e := range entries {
		name := s.Path("w1/" + e.Name())
		if strings.HasPrefix(e.Name(), ".nbhosting-") && os.Rename(name, s.Path("w1/stolen-"+filepath.Base(name))) == nil {
			os.Symlink(s.Outside+"/secret", name)
		}
	}
}
