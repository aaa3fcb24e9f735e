package git

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// Submodule is what a repository's .gitmodules says of another one that belongs
// below a path. Nothing of it has been checked.
type Submodule struct {
	Path   string // from the top of the repository
	URL    string // as written; see [SubmoduleURL]
	Update string // "none" if it is not wanted
}

// Submodules reads .gitmodules, of which object is the content, in the clone in
// dir. Where two say the same path, the last counts.
func (r Runner) Submodules(ctx context.Context, dir, object string) ([]Submodule, error) {
	doing := "read .gitmodules of " + dir
	if !isHash(object) {
		return nil, fmt.Errorf("git: %s: %w", doing, ErrNoRevision)
	}
	out, err := r.output(ctx, call{
		doing:   doing,
		args:    inRepository(dir, "config", "--blob="+object, "--no-includes", "-z", "--get-regexp", `^submodule\..*\.(path|url|update)$`),
		timeout: r.timeout(),
	})
	// Git fails where there is none of these keys, and then has nothing to say.
	exited, _ := errors.AsType[*exec.ExitError](err)
	failed, _ := errors.AsType[*Error](err)
	if exited != nil && exited.ExitCode() == 1 && failed.Output == "" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parseSubmodules(out), nil
}

// parseSubmodules reads what git config prints: "submodule.NAME.KEY\nVALUE\0".
func parseSubmodules(out string) []Submodule {
	var found []Submodule
	byName := map[string]int{}
	for line := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		key, value, _ := strings.Cut(line, "\n")
		end := strings.LastIndexByte(key, '.')
		if end < 0 {
			continue // the end of the list
		}
		i, known := byName[key[:end]]
		if !known {
			i = len(found)
			byName[key[:end]] = i
			found = append(found, Submodule{})
		}
		switch key[end+1:] {
		case "path":
			found[i].Path = strings.TrimSuffix(value, "/")
		case "url":
			found[i].URL = value
		case "update":
			found[i].Update = value
		}
	}
	return found
}
