package workspace

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// resolve returns the folder and the name in it that file stands for once links
// in its last place are followed. (Folders may be links too: a root follows those.)
func resolve(root *os.Root, file string) (dir, base string, err error) {
	asked := file
	for followed := 0; ; followed++ {
		dir, base = path.Split(file)
		if base == "" || base == "." || base == ".." {
			return "", "", inTheWay(nil, asked, "is a folder")
		}
		if dir == "" {
			dir = "."
		}
		info, err := root.Lstat(file)
		if errors.Is(err, fs.ErrNotExist) && followed > 0 {
			return "", "", inTheWay(err, asked, "is a link that leads nowhere, or out of your workspace")
		}
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			return dir, base, err
		}
		target, err := root.Readlink(file)
		if err != nil {
			return "", "", err
		}
		if strings.HasPrefix(target, "/") || followed == maxLinks {
			return "", "", inTheWay(unix.ELOOP, asked, "is a link that leads nowhere, or out of your workspace")
		}
		file = dir + "/" + target // not cleaned: ".." is that of where the folder really is
	}
}

const maxLinks = 40
