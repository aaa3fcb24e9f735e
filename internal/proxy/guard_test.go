package proxy_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/proxy"
)

func TestWhoMayAsk(t *testing.T) {
	s := newSite(t, hello)
	upgrade := []string{"Connection: keep-alive, Upgrade", "Upgrade: WebSocket"}
	for name, tt := range map[string]struct {
		method string
		fields []string
		status int
	}{
		"program":                          {"GET", nil, 200},
		"program that writes":              {"PUT", nil, 200},
		"own page":                         {"GET", []string{"Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors"}, 200},
		"own page that writes":             {"PUT", []string{"Sec-Fetch-Site: same-origin", "Origin: http://" + s.host}, 200},
		"own page that writes, by TLS":     {"POST", []string{"Origin: https://" + s.host}, 200},
		"address typed in":                 {"GET", []string{"Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"}, 200},
		"frame of an LMS":                  {"GET", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"}, 200},
		"link from a sibling":              {"GET", []string{"Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"}, 200},
		"object of a foreign page":         {"GET", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: object"}, 403},
		"form of a foreign page":           {"POST", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"}, 403},
		"script of a foreign page":         {"GET", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"}, 403},
		"script of a sibling":              {"GET", []string{"Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: cors"}, 403},
		"unknown kind of site":             {"GET", []string{"Sec-Fetch-Site: near-site", "Sec-Fetch-Mode: cors"}, 403},
		"writer of a foreign origin":       {"PUT", []string{"Origin: http://evil.example"}, 403},
		"writer of another port":           {"PUT", []string{"Origin: http://127.0.0.1:1"}, 403},
		"writer of no port":                {"PUT", []string{"Origin: http://127.0.0.1"}, 403},
		"writer of no origin":              {"DELETE", []string{"Origin: null"}, 403},
		"writer of an empty origin":        {"DELETE", []string{"Origin: "}, 403},
		"writer of two origins":            {"POST", []string{"Origin: http://" + s.host, "Origin: http://evil.example"}, 403},
		"writer of a longer name":          {"PATCH", []string{"Origin: http://" + s.host + ".evil.example"}, 403},
		"writer of a name before":          {"PATCH", []string{"Origin: http://" + s.host + "@evil.example"}, 403},
		"writer of a name and more":        {"PATCH", []string{"Origin: http://evil@" + s.host}, 403},
		"writer of another scheme":         {"PATCH", []string{"Origin: file://" + s.host}, 403},
		"writer, own origin, foreign site": {"PUT", []string{"Origin: http://" + s.host, "Sec-Fetch-Site: cross-site"}, 403},
		"reader of a foreign origin":       {"GET", []string{"Origin: http://evil.example"}, 200}, // gets nothing that lets its page read it
		"foreign websocket":                {"GET", append([]string{"Origin: http://evil.example"}, upgrade...), 403},
		"websocket of no origin":           {"GET", append([]string{"Origin: null"}, upgrade...), 403},
		"websocket of a sibling":           {"GET", append([]string{"Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: websocket"}, upgrade...), 403},
		"TRACE":                            {"TRACE", nil, 405},
	} {
		t.Run(name, func(t *testing.T) {
			res := s.do(t, s.request(t, tt.method, "api/x", nil, tt.fields...))
			if res.StatusCode != tt.status {
				t.Errorf("status %d, want %d", res.StatusCode, tt.status)
			}
			if allowed := res.Header.Get("Access-Control-Allow-Origin"); allowed != "" {
				t.Errorf("Access-Control-Allow-Origin: %s", allowed)
			}
		})
	}
}

func TestDefaultPorts(t *testing.T) {
	s := newSite(t, hello)
	for _, tt := range []struct {
		host, origin string
		status       int
	}{
		{"nb.example.org", "https://nb.example.org", 200},
		{"nb.example.org:443", "https://nb.example.org", 200},
		{"nb.example.org", "https://NB.example.org:443", 200},
		{"nb.example.org:80", "http://nb.example.org", 200},
		{"nb.example.org:443", "http://nb.example.org", 403},
		{"nb.example.org", "https://nb.example.org:8443", 403},
		{"[::1]:8080", "http://[::1]:8080", 200},
		{"[::1]", "http://[::1]:80", 200},
	} {
		r := s.request(t, "POST", "", nil, "Origin: "+tt.origin)
		r.Host = tt.host
		if res := s.do(t, r); res.StatusCode != tt.status {
			t.Errorf("Host %s, Origin %s: status %d, want %d", tt.host, tt.origin, res.StatusCode, tt.status)
		}
	}
}

func TestAddressesThatAreNotValid(t *testing.T) {
	s := newSite(t, hello)
	person := []string{"Accept: text/html,*/*;q=0.8", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Site: none"}
	for name, path := range map[string]string{
		"wrong secret":   "/server/one/S3CRET-parx/lab",
		"longer secret":  "/server/one/" + testSecret + "x/lab",
		"shorter secret": "/server/one/S3CRET/lab",
		"escaped secret": "/server/one/%53" + testSecret[1:] + "/lab",
		"no secret":      "/server/one//lab",
		"nothing":        "/server/one",
		"unknown server": "/server/two/" + testSecret + "/lab",
		"not a server":   "/elsewhere",
	} {
		for who, tt := range map[string]struct {
			fields []string
			status int
			body   string
		}{
			"program":   {nil, 403, `{"message":`},
			"person":    {person, 410, "open it again"},
			"script":    {[]string{"Accept: text/html", "Sec-Fetch-Mode: cors", "Sec-Fetch-Site: same-origin"}, 403, `{"message":`},
			"websocket": {[]string{"Accept: text/html", "Connection: Upgrade", "Upgrade: websocket"}, 403, `{"message":`},
		} {
			r := s.request(t, "GET", "", nil, tt.fields...)
			r.URL.Opaque = path
			res := s.do(t, r)
			if body := readAll(t, res.Body); res.StatusCode != tt.status || !strings.HasPrefix(body, tt.body) {
				t.Errorf("%s, %s: %d %q, want %d %q…", name, who, res.StatusCode, body, tt.status, tt.body)
			}
		}
	}
	s.setKnown(false)
	if status, _, _ := s.get(t, "lab"); status != 403 {
		t.Errorf("a server that is not known any more: status %d", status)
	}
}

func TestEmptySecretOpensNothing(t *testing.T) {
	s := newSite(t, hello)
	s.target.Secret = ""
	r := s.request(t, "GET", "", nil)
	r.URL.Opaque = "/server/one//lab"
	if res := s.do(t, r); res.StatusCode != 403 {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestPersonWithoutPage(t *testing.T) {
	s := newSite(t, hello, func(o *proxy.Options) { o.Gone = nil })
	s.setKnown(false)
	if status, body, _ := s.get(t, "lab", "Accept: text/html"); status != http.StatusForbidden || !strings.Contains(body, "message") {
		t.Errorf("%d %q", status, body)
	}
}
