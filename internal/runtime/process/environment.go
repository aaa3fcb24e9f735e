package process

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// markName is the variable by which the descendants of a program are known.
const markName = "NBHOSTING_INSTANCE"

// environment returns the whole environment of a program: nothing of ours is in it.
func environment(given []string, path, mark string) []string {
	return append(withPath(given, path), markName+"="+mark)
}

// withPath adds a PATH, unless one is given.
func withPath(given []string, path string) []string {
	all := slices.Clone(given)
	if !slices.ContainsFunc(given, func(v string) bool { return strings.HasPrefix(v, "PATH=") }) {
		all = append(all, "PATH="+path)
	}
	return all
}

// lookUp finds a program that is named without a slash in path. It judges for
// us, not for the user who will run it; that is found out at the start.
func lookUp(path, program string) (string, error) {
	if filepath.IsAbs(program) {
		return program, nil
	}
	if strings.Contains(program, "/") {
		return "", fmt.Errorf("program %s: neither a bare name nor an absolute path", program)
	}
	for dir := range strings.SplitSeq(path, ":") {
		candidate := filepath.Join(dir, program)
		info, err := os.Stat(candidate)
		if err == nil && filepath.IsAbs(dir) && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0 {
			return candidate, nil
		}
	}
	return "", fmt.Errorf("program %s: not found in %s", program, path)
}
