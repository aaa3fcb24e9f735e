package revision

import (
	"path"
	"slices"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// file is one file of a revision's tree: what is at path comes from the entry.
type file struct {
	path  string
	entry entry
}

func (f file) held() entry { return f.entry }

// notebookFiles are the files that end as a notebook does; those that are there
// by way of symlinks do not count.
func notebookFiles(entries []entry) []file {
	var files []file
	for _, e := range entries {
		if e.link == "" && slices.Contains(nbhosting.NotebookExtensions, path.Ext(e.Path)) {
			files = append(files, file{path.Join(notebooksPart, e.Path), e})
		}
	}
	return files
}

// otherFiles are the modules and what static mappings lead to, but for what is
// hidden, also where a symlink leads to it.
func otherFiles(l *listing, said settings.Settings) []file {
	var files []file
	for _, e := range l.files {
		inModules, inStatic := isBelow(e.Path, modulesPart), isStatic(e.Path, said.Links)
		switch {
		case isHidden(e.Path, said) || !inModules && !inStatic:
			continue
		case isHidden(e.real, said):
			l.refused = append(l.refused, refusedLink{e.link, e.Path, errHidden})
			continue
		}
		if inModules {
			files = append(files, file{e.Path, e})
		}
		if inStatic {
			files = append(files, file{path.Join(staticPart, e.Path), e})
		}
	}
	return files
}

func isHidden(p string, said settings.Settings) bool {
	_, found := slices.BinarySearchFunc(said.HiddenPaths, p, settings.ComparePaths)
	return found
}

func isStatic(p string, mappings []nbhosting.StaticMapping) bool {
	return slices.ContainsFunc(mappings, func(m nbhosting.StaticMapping) bool { return isBelow(p, m.Destination) })
}

// isBelow tells whether p is dir or lies in it.
func isBelow(p, dir string) bool {
	return strings.HasPrefix(p, dir) && (len(p) == len(dir) || p[len(dir)] == '/')
}

// leading returns the mappings below whose destination something is published.
func leading(mappings []nbhosting.StaticMapping, files []file) []nbhosting.StaticMapping {
	out := []nbhosting.StaticMapping{}
	for _, m := range mappings {
		destination := path.Join(staticPart, m.Destination)
		if slices.ContainsFunc(files, func(f file) bool { return isBelow(f.path, destination) }) {
			out = append(out, m)
		}
	}
	return out
}

// reportLinks tells of the symlinks that are not followed, each once: those
// without which something is missing that would be published.
func (l *listing) reportLinks(said settings.Settings) {
	told := map[string]bool{}
	for _, r := range l.refused {
		if told[r.link] || !matters(r.at, said) {
			continue
		}
		told[r.link] = true
		l.warn(r.link, "This symbolic link is not followed: it %v. Put the file itself there, or remove the link.", r.why)
	}
	for _, e := range l.files {
		if e.link == e.Path && path.Ext(e.Path) == ".ipynb" && !matters(e.Path, said) && !isHidden(e.Path, said) {
			l.warn(e.Path, "This is a symbolic link, which is not taken for a notebook: students do not see it. Put the file itself there.")
		}
	}
}

// matters tells whether students or settings would need what is at p.
func matters(p string, said settings.Settings) bool {
	places := []string{modulesPart, string(settings.LayerPlain), string(settings.LayerDotted)}
	for _, m := range said.StaticMappings {
		places = append(places, m.Destination)
	}
	return slices.ContainsFunc(places, func(place string) bool { return isBelow(p, place) || isBelow(place, p) })
}
