package snapshot

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/revision"
)

// Bounds of the pictures of one page.
const (
	maxPicture     = 8 << 20  // bytes of one
	maxPictures    = 16 << 20 // bytes of all
	maxLookups     = 500      // files that are looked for
	maxMissing     = 20       // that are told
	maxMissingName = 200      // characters
)

// pictureTypes are the files that are shown as pictures, by the ending of their name.
func pictureTypes() map[string]string {
	return map[string]string{
		".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".svg": "image/svg+xml",
		".webp": "image/webp", ".avif": "image/avif", ".bmp": "image/bmp", ".ico": "image/x-icon",
	}
}

// withPictures puts pictures into a page: find returns the URL that holds the picture at
// another. Everything else stays as it is, byte for byte.
func withPictures(page []byte, find func(src string) (string, bool)) []byte {
	out := make([]byte, 0, len(page))
	for z := html.NewTokenizer(bytes.NewReader(page)); ; {
		kind := z.Next()
		raw := z.Raw()
		if kind == html.ErrorToken {
			return append(out, raw...)
		}
		if (kind != html.StartTagToken && kind != html.SelfClosingTagToken) || !isPicture(raw) {
			out = append(out, raw...)
			continue
		}
		raw = bytes.Clone(raw) // reading the token changes it
		token := z.Token()
		if i := slices.IndexFunc(token.Attr, func(a html.Attribute) bool { return a.Key == "src" }); i >= 0 {
			if url, found := find(token.Attr[i].Val); found {
				token.Attr[i].Val = url
				raw = []byte(token.String())
			}
		}
		out = append(out, raw...)
	}
}

func isPicture(tag []byte) bool {
	const begin = "<img"
	return len(tag) > len(begin) && bytes.EqualFold(tag[:len(begin)], []byte(begin)) && !isLetter(tag[len(begin)])
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-'
}

// pictures finds those of one notebook: files of the student's, and the course's
// data that a static mapping shows beside every notebook.
type pictures struct {
	from     Workspaces
	request  Request
	revision *revision.Revision // nil: nothing is published
	types    map[string]string

	found   map[string]string // URLs that hold a picture, by path; empty: there is none
	bytes   int               // of all that were put into the page
	missing []string
}

func (s *Snapshots) openPictures(r Request) (*pictures, error) {
	p := &pictures{from: s.Workspaces, request: r, types: pictureTypes(), found: map[string]string{}}
	var err error
	if p.revision, err = s.Courses.Revision(r.Key.Course); err != nil && nbhosting.KindOf(err) != nbhosting.Unavailable {
		return nil, err
	}
	return p, nil
}

func (p *pictures) close() {
	if p.revision != nil {
		p.revision.Close()
	}
}

// commit is what the course was at.
func (p *pictures) commit() string {
	if p.revision == nil {
		return ""
	}
	return p.revision.Commit
}

// find returns the URL that holds the picture at src, which a browser would look
// for from where the notebook is. Pictures of elsewhere are left to browsers.
func (p *pictures) find(src string) (string, bool) {
	u, err := url.Parse(strings.TrimSpace(src))
	if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" {
		return "", false
	}
	file := path.Join(path.Dir(p.request.File), u.Path)
	kind := p.types[strings.ToLower(path.Ext(file))]
	if kind == "" || strings.HasPrefix(u.Path, "/") || !filepath.IsLocal(file) {
		return p.miss(src)
	}
	found, known := p.found[file]
	if !known && len(p.found) < maxLookups {
		if data := p.read(file); len(data) > 0 {
			found = "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data)
		}
		p.found[file] = found
	}
	if found == "" || p.bytes+len(found) > maxPictures {
		return p.miss(src)
	}
	p.bytes += len(found)
	return found, true
}

func (p *pictures) miss(src string) (string, bool) {
	if runes := []rune(src); len(runes) > maxMissingName {
		src = string(runes[:maxMissingName]) + "…"
	}
	if len(p.missing) < maxMissing && !slices.Contains(p.missing, src) {
		p.missing = append(p.missing, src)
	}
	return "", false
}

// read returns a file of the student's, or else one of the course's data; nothing
// if there is none, or one that is no picture of ours to read.
func (p *pictures) read(file string) []byte {
	if data, err := p.from.Peek(p.request.Key, file, maxPicture+1); err == nil && len(data) <= maxPicture {
		return data
	}
	if p.revision == nil {
		return nil
	}
	for i, parts := 0, strings.Split(file, "/"); i < len(parts); i++ {
		for _, m := range p.revision.Mappings {
			if m.Source != parts[i] {
				continue
			}
			if data, err := readStatic(p.revision, path.Join(append([]string{m.Destination}, parts[i+1:]...)...)); err == nil {
				return data
			}
		}
	}
	return nil
}

func readStatic(r *revision.Revision, file string) ([]byte, error) {
	f, err := r.OpenStatic(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPicture+1))
	if err == nil && len(data) > maxPicture {
		err = errors.Join(fs.ErrInvalid, errTooLarge)
	}
	return data, err
}
