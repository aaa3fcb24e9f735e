package workspacetest

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// Hostile is something that a student, or an accident, has put into a workspace.
type Hostile struct {
	Name string
	File string // what to work on; Notebook if it is empty
	Root bool   // needs root
	Make func(s *Site) error
	Race func(s *Site) // called again and again with the student's rights while something is done

	// What cannot be asked for then.
	Internal  bool // failing may be our fault: the disk's
	Leftovers bool // temporary files may be left: the student makes them, or they cannot be removed
}

// Target is what to work on.
func (h Hostile) Target() string {
	if h.File != "" {
		return h.File
	}
	return Notebook
}

// Set makes the site hostile and remembers how it is. It skips what cannot be made here.
func (h Hostile) Set(s *Site) {
	s.Helper()
	if h.Root && os.Getuid() != 0 {
		s.Skip("needs root")
	}
	s.must(h.Make(s))
	s.Remember()
}

// Hostiles returns all of them.
func Hostiles() []Hostile {
	all := []Hostile{{Name: "nothing", Make: func(*Site) error { return nil }}}
	for _, some := range [][]Hostile{links(), kinds(), rights(), mounts(), odd(), leftovers(), races()} {
		all = append(all, some...)
	}
	return all
}

// folder makes the notebook's folder, with a file beside it.
func folder(s *Site) error {
	return s.AsStudent(func() error {
		return errors.Join(os.Mkdir(s.Path("w1"), 0o755), os.WriteFile(s.Path("w1/other.txt"), []byte("other work"), 0o644))
	})
}

// notebook makes the notebook.
func notebook(s *Site) error {
	return errors.Join(folder(s), s.AsStudent(func() error { return os.WriteFile(s.Path(Notebook), []byte("my work"), 0o644) }))
}

func inFolder(f func(s *Site) error) func(s *Site) error {
	return func(s *Site) error {
		if err := folder(s); err != nil {
			return err
		}
		return s.AsStudent(func() error { return f(s) })
	}
}

func link(target string) func(s *Site) error {
	return inFolder(func(s *Site) error { return os.Symlink(target, s.Path(Notebook)) })
}

func linkOut(file string) func(s *Site) error {
	return inFolder(func(s *Site) error { return os.Symlink(filepath.Join(s.Outside, file), s.Path(Notebook)) })
}

// folderLink puts a link in place of the folder.
func folderLink(target func(s *Site) string) func(s *Site) error {
	return func(s *Site) error {
		return s.AsStudent(func() error { return os.Symlink(target(s), s.Path("w1")) })
	}
}

func links() []Hostile {
	up := func(to string) func(*Site) string { return func(*Site) string { return to } }
	return []Hostile{
		{Name: "link out", Make: linkOut("secret")},
		{Name: "link to what is closed", Make: linkOut("private")},
		{Name: "link to a folder outside", Make: linkOut("w1")},
		{Name: "link to what is not there outside", Make: linkOut("new")},
		{Name: "link up and out", Make: link("../../../../outside/secret")},
		{Name: "link out through /proc", Make: link("/proc/self/cwd")},
		{Name: "link that leads nowhere", Make: link("nowhere.ipynb")},
		{Name: "link to itself", Make: link("nb.ipynb")},
		{Name: "link to a file inside", Make: link("other.txt")},
		{Name: "link to a file inside by another way", Make: link("../w1/../w1/./other.txt")},
		{Name: "link to a folder inside", Make: link("../w1")},
		{Name: "link to a device", Make: link("/dev/zero")},
		{Name: "folder that leads out", Make: folderLink(func(s *Site) string { return s.Outside })},
		{Name: "folder that leads up and out", Make: folderLink(up("../../../outside"))},
		{Name: "folder that leads to itself", Make: folderLink(up("w1"))},
		{Name: "folder that leads to the workspace", Make: folderLink(up("."))},
		{Name: "link out through a folder inside", Make: inFolder(func(s *Site) error {
			return errors.Join(os.Symlink(s.Outside, s.Path("away")), os.Symlink("../away/secret", s.Path(Notebook)))
		})},
		{Name: "hard link to one's own", Make: inFolder(func(s *Site) error { return os.Link(s.Path("w1/other.txt"), s.Path(Notebook)) })},
		{Name: "hard link to what all may read", Root: true, Make: func(s *Site) error {
			return errors.Join(folder(s), os.Link(s.Outside+"/public", s.Path(Notebook)))
		}},
		{Name: "hard link to what is closed", Root: true, Make: func(s *Site) error {
			return errors.Join(folder(s), os.Link(s.Outside+"/private", s.Path(Notebook)))
		}},
	}
}

func device(mode uint32, major, minor uint32) func(s *Site) error {
	return func(s *Site) error {
		path := s.Path(Notebook)
		return errors.Join(folder(s), unix.Mknod(path, mode|0o666, int(unix.Mkdev(major, minor))), os.Chmod(path, 0o666))
	}
}

func kinds() []Hostile {
	return []Hostile{
		{Name: "notebook", Make: notebook},
		{Name: "pipe", Make: inFolder(func(s *Site) error { return unix.Mkfifo(s.Path(Notebook), 0o666) })},
		{Name: "pipe for the folder", Make: func(s *Site) error {
			return s.AsStudent(func() error { return unix.Mkfifo(s.Path("w1"), 0o666) })
		}},
		{Name: "link to a pipe", Make: inFolder(func(s *Site) error {
			return errors.Join(unix.Mkfifo(s.Path("w1/pipe"), 0o666), os.Symlink("pipe", s.Path(Notebook)))
		})},
		{Name: "socket", Make: inFolder(func(s *Site) error {
			fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
			if err != nil {
				return err
			}
			defer unix.Close(fd)
			if len(s.Path(Notebook)) > 107 {
				return bindShort(fd, s.Path("w1"), "nb.ipynb")
			}
			return unix.Bind(fd, &unix.SockaddrUnix{Name: s.Path(Notebook)})
		})},
		{Name: "device", Root: true, Make: device(unix.S_IFCHR, 1, 5)},
		{Name: "terminal", Root: true, Make: device(unix.S_IFCHR, 5, 0)},
		{Name: "disk", Root: true, Make: device(unix.S_IFBLK, 7, 200)},
		{Name: "folder with a notebook's name", Make: inFolder(func(s *Site) error { return os.Mkdir(s.Path(Notebook), 0o755) })},
		{Name: "folder with a notebook's name and work in it", Make: inFolder(func(s *Site) error {
			return errors.Join(os.Mkdir(s.Path(Notebook), 0o755), os.WriteFile(s.Path(Notebook)+"/work", []byte("work in it"), 0o644))
		})},
		{Name: "file with the folder's name", Make: func(s *Site) error {
			return s.AsStudent(func() error { return os.WriteFile(s.Path("w1"), []byte("not a folder"), 0o644) })
		}},
		{Name: "empty file", Make: inFolder(func(s *Site) error { return os.WriteFile(s.Path(Notebook), nil, 0o644) })},
		{Name: "file that is all holes", Make: inFolder(func(s *Site) error {
			return errors.Join(os.WriteFile(s.Path(Notebook), nil, 0o644), os.Truncate(s.Path(Notebook), 1<<40))
		})},
	}
}

// bindShort binds to a name that is too long for a socket's address.
func bindShort(fd int, dir, name string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return unix.Bind(fd, &unix.SockaddrUnix{Name: "/proc/thread-self/fd/" + strconv.Itoa(int(d.Fd())) + "/" + name})
}
