package revision

import (
	"context"
	"errors"
	"path"
	"slices"
	"syscall"

	"github.com/nbhosting/nbhosting/internal/git"
)

// modulesFile is where a repository says what its submodules are.
const modulesFile = ".gitmodules"

const (
	maxSubmodules     = 100 // of a course
	maxSubmoduleDepth = 8   // submodules of submodules of …
)

// repository is that of the course, or of one of its submodules.
type repository struct {
	url    string // may hold a password
	clone  string // directory
	commit string
	path   string // where it is in the course, empty at the top
	depth  int
}

// errTooMany says that submodules are not followed any further.
var errTooMany = errors.New("there are too many submodules")

// addSubmodules adds the files of those submodules of r that can be had. said is
// its .gitmodules, if there is one.
func (l *lister) addSubmodules(ctx context.Context, r repository, said git.Entry, modules []git.Entry) error {
	if len(modules) == 0 {
		return nil
	}
	file := path.Join(r.path, modulesFile)
	sources, err := l.sources(ctx, r, said)
	if stops(ctx, err) {
		return err
	}
	for _, m := range modules {
		source, known := sources[m.Path]
		switch {
		case err != nil:
			l.lack(file, m, "", err)
		case !known:
			l.warn(m.Path, "This is recorded as a submodule, of which %s does not say where it comes from: its files are missing. "+
				"Add it with “git submodule add”, or remove it with “git rm --cached”.", file)
		case source.Update == "none":
		default:
			url, err := l.addSubmodule(ctx, r, m, source)
			if stops(ctx, err) {
				return err
			}
			if err != nil {
				l.lack(file, m, url, err)
			}
		}
	}
	return nil
}

// stops tells whether an error is about more than one submodule.
func stops(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, git.ErrNoSpace) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, git.ErrProgramMissing))
}

// sources returns what a repository says of its submodules, by path in the course.
func (l *lister) sources(ctx context.Context, r repository, said git.Entry) (map[string]git.Submodule, error) {
	if said.Object == "" {
		return nil, nil
	}
	if said.Size > maxSettings {
		return nil, errTooMany
	}
	list, err := l.store.Clones.Git.Submodules(ctx, r.clone, said.Object)
	sources := map[string]git.Submodule{}
	for _, s := range list {
		if s.URL != "" {
			sources[path.Join(r.path, s.Path)] = s
		}
	}
	return sources, err
}

// addSubmodule adds the files of the submodule m of r, and returns its address.
func (l *lister) addSubmodule(ctx context.Context, r repository, m git.Entry, source git.Submodule) (url string, err error) {
	l.modules++
	if l.modules > maxSubmodules || r.depth >= maxSubmoduleDepth {
		return source.URL, errTooMany
	}
	url, err = git.SubmoduleURL(l.course.GitURL, r.url, source.URL)
	if err != nil {
		return source.URL, err
	}
	clone := l.store.Clones.SubmoduleDir(l.course.Name, url)
	if !slices.Contains(l.clones, clone) {
		l.clones = append(l.clones, clone)
	}
	// However many hosts hang, a pull waits for as long as for one of them.
	if err := l.store.Clones.Obtain(ctx, l.course.Name, url, m.Object, l.deadline); err != nil {
		return url, err
	}
	return url, l.add(ctx, repository{url: url, clone: clone, commit: m.Object, path: m.Path, depth: r.depth + 1})
}

// lack notes a submodule that cannot be had. What the published revision has is
// not taken away from students; what it lacks as well is not worth to stand still for.
func (l *lister) lack(file string, m git.Entry, url string, why error) {
	l.store.Logger.Warn("a submodule cannot be had", "course", l.course.Name, "path", m.Path, "err", why)
	l.missing = append(l.missing, m.Path)
	note := l.fail
	if slices.ContainsFunc(l.before.Missing, func(missing string) bool { return isBelow(m.Path, missing) }) {
		note = l.warn
	}
	note(file, "The files of the submodule %q are missing: %s", m.Path, submoduleReason(why, url, m.Object))
}
