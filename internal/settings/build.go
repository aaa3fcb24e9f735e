package settings

import (
	"cmp"
	"context"
	"net/url"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Build is a book that is rendered from a course, or a link to one.
type Build struct {
	ID           string `json:"id"` // a component of paths and URLs
	Name         string `json:"name"`
	Description  string `json:"description"`
	Directory    string `json:"directory"`     // where Script runs, from the top of the repository
	ResultFolder string `json:"result_folder"` // what is published, from Directory
	EntryPoint   string `json:"entry_point"`   // the page to begin with, from ResultFolder
	ExternalURL  string `json:"external_url"`  // http or https, or empty
	Script       string `json:"script"`        // lines for a shell in a container; empty: nothing to run
}

// buildStatement is what YAML says of a build.
type buildStatement struct {
	id, name, description, directory, resultFolder, entryPoint, externalURL, script, readTheDocs word
	at                                                                                           place
}

func (r *reader) build(n *yaml.Node) (buildStatement, bool) {
	b := buildStatement{at: r.place(n)}
	b.directory.text, b.resultFolder.text, b.entryPoint.text = ".", "_build/html", "index.html"
	known := map[string]func(*yaml.Node){}
	for key, to := range map[string]*word{
		"id": &b.id, "name": &b.name, "description": &b.description, "directory": &b.directory, "result_folder": &b.resultFolder,
		"entry_point": &b.entryPoint, "external_url": &b.externalURL, "script": &b.script,
	} {
		known[key] = r.into(to, "The “"+key+"” of a build")
	}
	legacy := map[string]func(*yaml.Node){
		"readthedocs_url": func(n *yaml.Node) {
			r.warn(r.place(n), "“readthedocs_url” is called “external_url” now. Rename it.")
			r.into(&b.readTheDocs, "The “readthedocs_url” of a build")(n)
		},
		"mount_as": func(n *yaml.Node) {
			r.warn(r.place(n), "“mount-as” means nothing any more, and is ignored. Remove it.")
		},
	}
	both(known)
	both(legacy)
	if !r.fields(n, "a build", legacy, known) {
		return b, false
	}
	return b, true
}

// both lets keys be written with dashes in place of underscores.
func both(fields map[string]func(*yaml.Node)) {
	for key, read := range fields {
		fields[strings.ReplaceAll(key, "_", "-")] = read
	}
}

// listBuilds sets the builds of the course.
func (e *evaluation) listBuilds(context.Context) error {
	e.out.BuildsFilter = texts(e.said.buildsFilter)
	builds := []Build{}
	seen := map[string]bool{}
	for _, said := range e.said.builds.items {
		b, ok := e.checkBuild(said)
		switch {
		case !ok:
		case seen[b.ID]:
			e.warn(said.at, "Two builds have the id %q; the second, %q, is left out. Give it another “id”.", b.ID, b.Name)
		default:
			seen[b.ID] = true
			builds = append(builds, b)
		}
	}
	e.out.Builds = filter(&e.report, "builds", e.said.buildsFilter, builds, func(b Build) string { return b.ID })
	return nil
}

// checkBuild returns the build that is meant, and whether it can be made.
func (e *evaluation) checkBuild(said buildStatement) (Build, bool) {
	b := Build{
		ID: said.id.text, Name: said.name.text, Description: said.description.text,
		Directory: path.Clean(said.directory.text), ResultFolder: path.Clean(said.resultFolder.text),
		EntryPoint: said.entryPoint.text, ExternalURL: said.externalURL.text, Script: said.script.text,
	}
	if b.Name == "" {
		e.fail(said.at, "A build has no “name”, and is left out. Give it one.")
		return b, false
	}
	if b.ID == "" {
		b.ID = b.Name
	}
	if b.ExternalURL == "" {
		b.ExternalURL = said.readTheDocs.text
	}
	if b.ExternalURL != "" && !isWeb(b.ExternalURL) {
		e.warn(cmp.Or(said.externalURL.at, said.readTheDocs.at), "The “external_url” of the build %q is left out: %q does not begin with http:// or https://.", b.Name, b.ExternalURL)
		b.ExternalURL = ""
	}
	if strings.HasPrefix(b.ID, ".") || strings.ContainsFunc(b.ID, func(c rune) bool { return c == '/' || isControl(c) }) {
		e.fail(said.at, "The build %q is left out: its id %q cannot be the name of a directory. Give it an “id” of letters, digits and “-”.", b.Name, b.ID)
		return b, false
	}
	result := path.Join(b.Directory, b.ResultFolder)
	if leaves(b.Directory) || path.IsAbs(b.ResultFolder) || leaves(result) || leaves(b.EntryPoint) {
		e.fail(said.at, "The build %q is left out: its “directory”, “result_folder” and “entry_point” have to stay in the repository. Write them without “/” at the start and without “..”.", b.Name)
		return b, false
	}
	return b, true
}

func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
