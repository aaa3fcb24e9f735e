package revision

import (
	"context"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/nbhosting/nbhosting/internal/git"
)

const (
	maxLinked     = 200_000 // files that are published because symlinks lead to them
	maxLinkTarget = 4096    // bytes
)

// refusedLink is a symlink that is not followed.
type refusedLink struct {
	link string // its path
	at   string // the path at which it was met: another, if it is below another link
	why  error
}

// More reasons why a symlink is not followed.
var (
	errTooManyLinked = errors.New("is one too many: the links of the repository lead to far too many files")
	errTooLong       = errors.New("leads to a file whose path, through the link, is too long")
)

// follower adds to a listing the files that symlinks lead to.
type follower struct {
	links
	*listing
	visited int // entries that were met below links
}

// follow sets the files of a listing: those that are there, and those that
// symlinks lead to, at the paths of the links.
func (l *lister) follow(ctx context.Context) error {
	f := follower{listing: &l.listing, links: links{files: map[string]entry{}}}
	var symlinks []entry
	for _, e := range l.entries {
		switch {
		case isRegular(e.Entry):
			f.links.files[e.Path] = e
			l.files = append(l.files, e)
		case e.Mode == git.ModeSymlink:
			symlinks = append(symlinks, e)
		default:
			continue
		}
		f.paths = append(f.paths, e.Path)
	}
	var err error
	if f.targets, err = l.store.targets(ctx, symlinks); err != nil {
		return err
	}
	for _, e := range symlinks {
		if err := ctx.Err(); err != nil {
			return err
		}
		f.add(e.Path, e.Path, e.Path, nil)
	}
	slices.SortFunc(l.files, func(a, b entry) int { return strings.Compare(a.Path, b.Path) })
	return nil
}

// add adds what the symlink link leads to at the path at. The way to it began at
// the symlink first, and went through symlinks that lie in the directories passed.
func (f *follower) add(at, link, first string, passed []string) {
	target, err := f.resolve(link)
	if err != nil {
		f.refuse(link, at, err)
		return
	}
	passed = append(passed[:len(passed):len(passed)], parent(link))
	file, isFile := f.links.files[target]
	if isFile {
		f.addFile(at, first, file)
		return
	}
	for _, dir := range passed {
		if target == "" || isBelow(dir, target) {
			f.refuse(link, at, errCircle)
			return
		}
	}
	for _, p := range f.below(target) {
		inside := path.Join(at, strings.TrimPrefix(p, target+"/"))
		if f.visited++; f.visited > maxLinked {
			f.refuse(link, at, errTooManyLinked)
			return
		}
		if file, isFile := f.links.files[p]; isFile {
			f.addFile(inside, first, file)
		} else {
			f.add(inside, p, first, passed)
		}
	}
}

func (f *follower) addFile(at, first string, file entry) {
	if !fits(at) {
		f.refuse(first, at, errTooLong)
		return
	}
	file.real = file.Path
	file.Path, file.link = at, first
	f.listing.files = append(f.listing.files, file)
}

func (f *follower) refuse(link, at string, why error) {
	if len(f.refused) < maxLinked {
		f.refused = append(f.refused, refusedLink{link, at, why})
	}
}

// targets reads what symlinks say.
func (s *Store) targets(ctx context.Context, symlinks []entry) (map[string]string, error) {
	targets := map[string]string{}
	err := eachContent(ctx, s.Clones.Git, symlinks, func(e entry, content io.Reader) error {
		text, err := io.ReadAll(io.LimitReader(content, maxLinkTarget+1))
		if len(text) > maxLinkTarget || strings.Contains(string(text), "\x00") {
			text = []byte("/") // leads nowhere on any system
		}
		targets[e.Path] = string(text)
		return err
	})
	return targets, err
}
