package proxy

import (
	"net/http"
	"strings"
	"testing"
)

func TestDeeds(t *testing.T) {
	for _, c := range []struct {
		method, rest string
		length       int64
		want         deed
	}{
		{"PUT", "api/contents/w1/a.ipynb", 10, deed{saving, "w1/a.ipynb"}},
		{"PUT", "api/contents/w1/a.ipynb", -1, deed{saving, "w1/a.ipynb"}},
		{"PUT", "api/contents/w1/a.ipynb", 0, deed{kind: creating}},
		{"PUT", "api/contents/%C3%A9t%C3%A9%20%2B+1.ipynb", 1, deed{saving, "été ++1.ipynb"}},
		{"PUT", "api/contents/a%2Fb/", 1, deed{saving, "a/b"}},
		{"PUT", "api/contents/a/../b", 1, deed{kind: saving}},
		{"PUT", "api/contents/%2e%2E/b", 1, deed{kind: saving}},
		{"PUT", "api/contents/a%2F..%2F..%2Fb", 1, deed{kind: saving}},
		{"PUT", "api/contents/a//b", 1, deed{kind: saving}},
		{"PUT", "api/contents/a%00b", 1, deed{kind: saving}},
		{"PUT", "api/contents/a%0Ab", 1, deed{kind: saving}},
		{"PUT", "api/contents/a%C2%85b", 1, deed{kind: saving}},
		{"PUT", "api/contents/a%FFb", 1, deed{kind: saving}},
		{"PUT", "api/contents/a%zz", 1, deed{kind: saving}},
		{"PUT", "api/contents/.", 1, deed{kind: saving}},
		{"PUT", "api/contents/" + strings.Repeat("x", maxPath), 1, deed{saving, strings.Repeat("x", maxPath)}},
		{"PUT", "api/contents/" + strings.Repeat("x", maxPath+1), 1, deed{kind: saving}},
		{"PUT", "api/contentsx/a", 1, deed{}},
		{"PUT", "lab/api/settings/x", 1, deed{}},
		{"GET", "api/contents/a", 0, deed{}},
		{"HEAD", "api/contents/a", 0, deed{}},
		{"POST", "api/contents", 0, deed{kind: creating}},
		{"POST", "api/contents/w1", 20, deed{kind: creating}},
		{"POST", "api/contents/a.ipynb/checkpoints", 0, deed{}},
		{"POST", "api/contents/a.ipynb/trust", 0, deed{}},
		{"POST", "api/contents/w1/a.ipynb/checkpoints/0a-b_c", 0, deed{saving, "w1/a.ipynb"}},
		{"POST", "api/contents/checkpoints/a", 0, deed{kind: saving}},
		{"DELETE", "api/contents/a.ipynb/checkpoints/checkpoint", 0, deed{}},
		{"DELETE", "api/contents/a.ipynb", 0, deed{deleting, "a.ipynb"}},
		{"PATCH", "api/contents/a.ipynb", 9, deed{renaming, "a.ipynb"}},
		{"PROPFIND", "api/contents/a.ipynb", 0, deed{}},
	} {
		r := &http.Request{Method: c.method, ContentLength: c.length}
		if got := deedOf(r, c.rest); got != c.want {
			t.Errorf("%s %.60s (%d bytes): %v %.60q, not %v", c.method, c.rest, c.length, got.kind, got.file, c.want)
		}
	}
}

func TestNewPath(t *testing.T) {
	for body, want := range map[string]string{
		`{"path": "w1/b.ipynb"}`: "w1/b.ipynb", `{"path": "/b"}`: "b", `{"path": "../b"}`: "", `{"path": "a\u0000"}`: "",
		`{"path": 1}`: "", `{}`: "", `[`: "", ``: "", `{"path":"\u00e9"}`: "é",
	} {
		if got := newPath([]byte(body)); got != want {
			t.Errorf("%s: %q, not %q", body, got, want)
		}
	}
}

func TestParts(t *testing.T) {
	for body, want := range map[string]bool{
		`{"type":"file","format":"base64","name":"a","chunk":1,"content":"eHg`: true,
		`{"chunk" : 12 ,"content":`:                 true,
		`{"chunk":-1,"content":"eHg`:                false,
		`{"chunk":null}`:                            false,
		`{"type":"notebook","content":{"chunk":1}}`: false,
		`{"type":"file","content":"chunk\":1`:       false,
		``:                                          false,
	} {
		if got := isPart([]byte(body)); got != want {
			t.Errorf("%s: %v", body, got)
		}
	}
}

func TestClasses(t *testing.T) {
	for rest, want := range map[string]Class{
		"": Pages, "lab/tree/a.ipynb": Pages, "notebooks/a.ipynb": Pages, "api/contents/a": Contents, "api/status": API, "lab/api/settings/x": API,
		"static/notebook/a.js": Assets, "lab/extensions/x/a.js": Assets, "files/a.png": Assets,
	} {
		if got := classOf(&http.Request{Method: "GET"}, rest); got != want {
			t.Errorf("%q: %v, not %v", rest, got, want)
		}
	}
}

func FuzzDeeds(f *testing.F) {
	f.Add("/w1/a%2e.ipynb")
	f.Add("/a/checkpoints/x")
	f.Fuzz(func(t *testing.T, path string) {
		for _, method := range []string{"PUT", "POST", "DELETE", "PATCH"} {
			d := deedOf(&http.Request{Method: method, ContentLength: 1}, contentsAPI+path)
			if d.file != "" && checkPath(d.file) != d.file {
				t.Errorf("%s %q: %q", method, path, d.file)
			}
		}
	})
}
