package runtime

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// maxName is the length in bytes of the longest name of an instance: what a
// driver adds to it still makes a file name.
const maxName = 200

// Check tells what is wrong with s, whatever the driver; every Start begins with it.
func (s Spec) Check() error {
	if !filepath.IsAbs(s.Dir) {
		return fmt.Errorf("instance %s: not an absolute path: %q", s.Name, s.Dir)
	}
	return s.check()
}

// CheckRun tells what is wrong with s for Run, which every Run begins with. A
// forgotten user id must not make a program root.
func (s Spec) CheckRun() error {
	if s.UID == 0 || s.GID == 0 {
		return fmt.Errorf("program %s: would run as root: user %d:%d", s.Name, s.UID, s.GID)
	}
	if s.Dir != "" && !filepath.IsAbs(s.Dir) {
		return fmt.Errorf("program %s: not an absolute path: %q", s.Name, s.Dir)
	}
	return s.check()
}

func (s Spec) check() error {
	if err := CheckName(s.Name); err != nil {
		return err
	}
	if len(s.Command) == 0 || s.Command[0] == "" {
		return fmt.Errorf("instance %s: no command", s.Name)
	}
	if s.UID < 0 || s.GID < 0 {
		return fmt.Errorf("instance %s: bad user %d:%d", s.Name, s.UID, s.GID)
	}
	for _, path := range s.paths() {
		if !filepath.IsAbs(path) {
			return fmt.Errorf("instance %s: not an absolute path: %q", s.Name, path)
		}
	}
	for _, variable := range s.Env {
		if name, _, found := strings.Cut(variable, "="); !found || name == "" {
			return fmt.Errorf("instance %s: not of the form NAME=value: a variable that begins with %q", s.Name, name)
		}
	}
	return nil
}

// CheckName tells what is wrong with the name of an instance: letters, digits
// and "_.-", of which the first is a letter or digit.
func CheckName(name string) error {
	if name == "" || len(name) > maxName {
		return fmt.Errorf("the name of an instance has 1 to %d bytes, not %d", maxName, len(name))
	}
	for i := range len(name) {
		c := name[i]
		alphanumeric := '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
		if !alphanumeric && (i == 0 || !strings.ContainsRune("_.-", rune(c))) {
			return fmt.Errorf("not a name of an instance: %q", name)
		}
	}
	return nil
}

// CheckMounts tells whether there is what s mounts. Drivers ask before they
// start anything: some engines would create what is missing.
func (s Spec) CheckMounts() error {
	for _, m := range s.Mounts {
		if _, err := os.Stat(m.Source); err != nil {
			return fmt.Errorf("instance %s: mount: %w", s.Name, err)
		}
	}
	return nil
}

func (s Spec) paths() []string {
	paths := []string{s.WorkDir}
	for _, m := range s.Mounts {
		paths = append(paths, m.Source, m.Target)
	}
	return paths
}
