package loadtest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/sync/errgroup"

	"github.com/nbhosting/nbhosting"
)

// maxAssets bounds the files that are loaded for one page. What scripts load
// by themselves is not.
const maxAssets = 40

// page is a notebook that is shown.
type page struct {
	base     *url.URL // of the server
	notebook string   // its path in the workspace
	own      bool     // our page is around it
	kernel   string   // name of the kernel that it wants
	model    map[string]any
}

// show loads what is at the end of an opening: our page around Jupyter's, Jupyter's own, the
// files of both, and the notebook.
func (s *student) show(ctx context.Context, location *url.URL) (*page, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*requestTimeout)
	defer cancel()
	id, secret, rest, ok := nbhosting.SplitServerPath(location.EscapedPath())
	launch, known := nbhosting.LaunchOfServerPath(nbhosting.Key{}, rest)
	if !ok || !known || launch.Notebook == "" {
		return nil, problemf("unexpected answer", "the opening leads to %s, which shows no notebook", nbhosting.RedactPath(location.EscapedPath()))
	}
	base, err := s.browser.resolve(location, nbhosting.Server{ID: id, Secret: secret}.BasePath())
	if err != nil {
		return nil, err
	}
	p := &page{base: base, notebook: launch.Notebook, own: nbhosting.IsOwnPath(rest)}
	inner, err := s.load(ctx, location)
	if err != nil {
		return nil, err
	}
	if p.own {
		if inner == nil {
			return nil, problemf("unexpected answer", "the page around the notebook has no frame for Jupyter")
		}
		if _, err := s.load(ctx, inner); err != nil {
			return nil, err
		}
	}
	return p, s.readNotebook(ctx, p)
}

// load loads a page and its files, and returns what it has in a frame.
func (s *student) load(ctx context.Context, at *url.URL) (frame *url.URL, err error) {
	resp, err := s.browser.request(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, hideURL(err)
	}
	text, err := read(resp)
	if err != nil {
		return nil, err
	}
	var files []*url.URL
	eachTag(text, func(t html.Token) bool {
		reference, isFrame := embedded(t)
		if reference == "" {
			return true
		}
		to, err := s.browser.resolve(at, reference)
		switch {
		case err != nil: // of another site: a browser would, the load test does not
		case isFrame:
			frame = to
		case !s.browser.cached[to.String()] && len(files) < maxAssets:
			files = append(files, to)
		}
		return true
	})
	return frame, s.loadFiles(ctx, files)
}

// embedded returns what a tag makes a browser load.
func embedded(t html.Token) (reference string, frame bool) {
	switch t.Data {
	case "script":
		return valueOf(t, "src"), false
	case "link":
		switch strings.ToLower(valueOf(t, "rel")) {
		case "stylesheet", "icon", "shortcut icon", "modulepreload":
			return valueOf(t, "href"), false
		}
	case "iframe":
		return valueOf(t, "src"), true
	}
	return "", false
}

func (s *student) loadFiles(ctx context.Context, files []*url.URL) error {
	keep := make([]bool, len(files))
	var all errgroup.Group
	all.SetLimit(connections)
	for i, file := range files {
		all.Go(func() error {
			resp, err := s.browser.request(ctx, http.MethodGet, file, nil)
			if err != nil {
				return hideURL(err)
			}
			policy := resp.Header.Get("Cache-Control")
			keep[i] = strings.Contains(policy, "max-age") && !strings.Contains(policy, "no-")
			_, err = read(resp)
			return err
		})
	}
	err := all.Wait()
	for i, file := range files {
		if keep[i] {
			s.browser.cached[file.String()] = true
		}
	}
	return err
}

// readNotebook reads the notebook as Jupyter's page does.
func (s *student) readNotebook(ctx context.Context, p *page) error {
	to := p.at("api/contents/" + escape(p.notebook))
	to.RawQuery = "type=notebook&content=1"
	if err := s.browser.call(ctx, http.MethodGet, to, nil, &p.model); err != nil {
		return err
	}
	text, err := json.Marshal(p.model["content"])
	if err != nil {
		return err
	}
	var content struct {
		Metadata struct{ Kernelspec struct{ Name string } }
	}
	if err := json.Unmarshal(text, &content); err != nil {
		return problemf("unexpected answer", "the notebook %s: %w", p.notebook, err)
	}
	p.kernel = content.Metadata.Kernelspec.Name
	return nil
}

// at returns the URL of a path of Jupyter's.
func (p *page) at(path string) *url.URL {
	u := *p.base
	u.RawPath = p.base.EscapedPath() + path
	u.Path, _ = url.PathUnescape(u.RawPath) // it has been escaped here
	return &u
}

func escape(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/")
}

// save saves the notebook with what the last cell said in it.
func (s *student) save(ctx context.Context, p *page, code, output string) error {
	content, ok := p.model["content"].(map[string]any)
	if !ok {
		return problemf("unexpected answer", "the notebook %s has no content", p.notebook)
	}
	const mark = "nbhosting_loadtest"
	cell := map[string]any{
		"cell_type": "code", "metadata": map[string]any{mark: true}, "execution_count": nil, "source": code,
		"outputs": []any{map[string]any{"output_type": "stream", "name": "stdout", "text": output}},
	}
	cells, _ := content["cells"].([]any)
	if n := len(cells); n > 0 && marked(cells[n-1], mark) {
		cells = cells[:n-1]
	}
	content["cells"] = append(cells, cell)
	body := map[string]any{"type": "notebook", "format": "json", "path": p.notebook, "content": content}
	return s.browser.call(ctx, http.MethodPut, p.at("api/contents/"+escape(p.notebook)), body, nil)
}

func marked(cell any, mark string) bool {
	fields, _ := cell.(map[string]any)
	metadata, _ := fields["metadata"].(map[string]any)
	return metadata[mark] == true
}
