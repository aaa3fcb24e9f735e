package workspacetest

import (
	"errors"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// then makes the notebook, and does more with this program's rights.
func then(f func(s *Site) error) func(s *Site) error {
	return func(s *Site) error { return errors.Join(notebook(s), f(s)) }
}

// mode sets the mode of a path until the test ends.
func mode(s *Site, file string, mode os.FileMode) error {
	s.Cleanup(func() { os.Chmod(s.Path(file), 0o755) })
	return os.Chmod(s.Path(file), mode)
}

func rights() []Hostile {
	foreign := func(file string, perm os.FileMode) func(*Site) error {
		return then(func(s *Site) error { return giveAway(s, file, perm) })
	}
	return []Hostile{
		{Name: "read-only notebook", Make: then(func(s *Site) error { return mode(s, Notebook, 0o444) })},
		{Name: "closed notebook", Root: true, Make: then(func(s *Site) error { return mode(s, Notebook, 0) })},
		{Name: "read-only folder", Make: then(func(s *Site) error { return mode(s, "w1", 0o555) })},
		{Name: "closed folder", Root: true, Make: then(func(s *Site) error { return mode(s, "w1", 0) })},
		{Name: "folder that cannot be listed", Root: true, Make: then(func(s *Site) error { return mode(s, "w1", 0o311) })},
		{Name: "read-only workspace", Make: then(func(s *Site) error { return mode(s, ".", 0o500) })},
		{Name: "notebook of another's", Root: true, Make: foreign(Notebook, 0o644)},
		{Name: "closed notebook of another's", Root: true, Make: foreign(Notebook, 0o600)},
		{Name: "notebook of another's that all may write", Root: true, Make: foreign(Notebook, 0o666)},
		{Name: "folder of another's", Root: true, Make: foreign("w1", 0o755)},
		{Name: "closed folder of another's", Root: true, Make: foreign("w1", 0o700)},
		{Name: "folder of another's that all may write", Root: true, Make: foreign("w1", 0o777)},
		{Name: "folder with a group of its own", Root: true, Make: foreign("w1", 0o777|os.ModeSetgid)},
		{Name: "sticky folder with a notebook of another's", Root: true, Make: then(func(s *Site) error {
			return errors.Join(os.Chown(s.Path(Notebook), 0, 0), giveAway(s, "w1", 0o777|os.ModeSticky))
		})},
		{Name: "notebook that runs with its owner's rights", Make: then(func(s *Site) error { return mode(s, Notebook, 0o755|os.ModeSetuid) })},
		{Name: "notebook that cannot be changed", Root: true, Make: then(func(s *Site) error { return attribute(s, Notebook, "i") })},
		{Name: "folder that cannot be changed", Root: true, Make: then(func(s *Site) error { return attribute(s, "w1", "i") })},
		{Name: "folder that is only added to", Root: true, Leftovers: true, Make: then(func(s *Site) error { return attribute(s, "w1", "a") })},
	}
}

// giveAway makes something root's.
func giveAway(s *Site, file string, perm os.FileMode) error {
	return errors.Join(os.Chown(s.Path(file), 0, 0), os.Chmod(s.Path(file), perm))
}

// attribute sets one of the attributes of chattr(1) until the test ends.
func attribute(s *Site, file, letter string) error {
	if err := exec.Command("chattr", "+"+letter, s.Path(file)).Run(); err != nil {
		s.Skipf("chattr: %v", err)
	}
	s.Cleanup(func() { exec.Command("chattr", "-"+letter, s.Path(file)).Run() })
	return nil
}

func mounts() []Hostile {
	return []Hostile{
		{Name: "another file system for the folder", Root: true, Make: func(s *Site) error {
			if err := s.AsStudent(func() error { return os.Mkdir(s.Path("w1"), 0o755) }); err != nil {
				return err
			}
			Mount(s.T, "tmpfs", s.Path("w1"), "tmpfs", 0, "size=1m,mode=777")
			return s.AsStudent(func() error { return os.WriteFile(s.Path(Notebook), []byte("elsewhere"), 0o644) })
		}},
		{Name: "another file system for the workspace", Root: true, Make: func(s *Site) error {
			Mount(s.T, "tmpfs", s.Dir, "tmpfs", 0, "size=1m,mode=700")
			s.Workspace()
			return notebook(s)
		}},
		{Name: "read-only file system", Root: true, Internal: true, Make: then(func(s *Site) error {
			Mount(s.T, s.Dir, s.Dir, "", unix.MS_BIND, "")
			return unix.Mount("", s.Dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, "")
		})},
		{Name: "notebook that is a mount", Root: true, Make: then(func(s *Site) error {
			Mount(s.T, s.Path("w1/other.txt"), s.Path(Notebook), "", unix.MS_BIND, "")
			return nil
		})},
	}
}
