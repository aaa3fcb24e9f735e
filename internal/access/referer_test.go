package access_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/access"
)

func TestReferers(t *testing.T) {
	r := rules(t, []string{"mooc.example", "Campus.Example.ORG.", "localhost", "192.0.2.7", "[2001:db8::7]"}, nil)
	tests := []struct {
		referer string
		want    bool
	}{
		{"https://mooc.example/courses/1", true},
		{"http://mooc.example", true},
		{"https://www.mooc.example/", true},
		{"https://a.b.mooc.example:8443/x", true},
		{"https://MOOC.Example./x", true},
		{"HTTPS://mooc.example/", true},
		{"https://campus.example.org/?q=a\\b", true},
		{"http://localhost:8080/", true},
		{"http://nb.localhost:8080/", true},
		{"http://192.0.2.7:8080/", true},
		{"http://[2001:DB8:0::7]:8080/", true},
		{"http://[::ffff:192.0.2.7]/", true},
		{"https://mooc.example/@evil.example/", true},

		{"https://evil.example/?mooc.example", false},
		{"https://evil.example/mooc.example", false},
		{"https://evil.example/#mooc.example", false},
		{"https://evilmooc.example/", false},
		{"https://mooc.example.evil.example/", false},
		{"https://example/", false},
		{"https://org/", false},
		{"https://mooc.example@evil.example/", false},
		{"https://mooc.example:pw@evil.example/", false},
		{"https://evil.example@mooc.example/", false},
		{"https://@mooc.example/", false},
		{`https://evil.example\@mooc.example/`, false},
		{`https://evil.example\.mooc.example/`, false},
		{`https://evil.example\mooc.example/`, false},
		{`https:\\mooc.example/`, false},
		{`https://mooc.example\@evil.example/`, false},
		{"https://evil.example#@mooc.example/", false},
		{"https://evil.example?@mooc.example/", false},
		{"https://evil.example%2f.mooc.example/", false},
		{"https://evil.example%00.mooc.example/", false},
		{"https://mooc.example../", false},
		{"https://mooc%2eexample/", false},
		{"https://mooc.example:port/", false},
		{"https://.mooc.example:80:80/", false},
		{"https://mooc。example/", false},
		{"https:///mooc.example", false},
		{"https:mooc.example", false},
		{"//mooc.example/", false},
		{"mooc.example", false},
		{"about:blank", false},
		{"ftp://mooc.example/", false},
		{"file://mooc.example/", false},
		{"javascript://mooc.example/", false},
		{"android-app://mooc.example/", false},
		{"http://1.192.0.2.7/", false},
		{"http://192.0.2.70/", false},
		{"http://192.0.2.7.evil.example/", false},
		{"http://3221225991/", false},
		{"http://[2001:db8::7%25eth0]/", false},
		{"http://[2001:db8::8]/", false},
		{"http://2001:db8::7/", false},
		{"https://mooc.example, https://evil.example", false},
	}
	for _, test := range tests {
		if err := (visit{referer: test.referer}).checkedBy(r); (err == nil) != test.want {
			t.Errorf("%s: got %v, admitted should be %v", test.referer, err, test.want)
		}
	}
}

func TestParseReferer(t *testing.T) {
	for in, want := range map[string]string{
		"mooc.example": "mooc.example", " Fun-MOOC.fr ": "fun-mooc.fr", "localhost": "localhost", "a.": "a",
		"xn--caf-dma.example": "xn--caf-dma.example", "192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7",
		"[2001:DB8::0:7]": "2001:db8::7", "my_host": "my_host",
	} {
		if got, err := access.ParseReferer(in); got != want || err != nil {
			t.Errorf("%q: got %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", " ", ".", "..", "*", "*.mooc.example", ".mooc.example", "mooc..example", "https://mooc.example", "mooc.example/",
		"mooc.example:443", "ada@mooc.example", "café.example", "mooc example", "192.0.2", "192.0.2.7/24", "1.2.3.4.5", "fe80::1%eth0",
		strings.Repeat("x", 64) + ".example", strings.Repeat("x.", 130) + "example",
	} {
		if got, err := access.ParseReferer(in); err == nil {
			t.Errorf("%q: got %q, want an error", in, got)
		}
	}
}

// browserHost reads a referer as a browser would at least read it: what comes
// between the scheme and the first of "/", "\", "?" and "#".
var browserHost = regexp.MustCompile(`(?i)^https?://([^/\\?#]*)`)

func FuzzReferer(f *testing.F) {
	for _, seed := range []string{
		"https://mooc.example/", `https://evil.example\@mooc.example/`, "https://mooc.example@evil.example/", "https://evil.example?.mooc.example/",
		"http://192.0.2.7/", "http://[2001:db8::7]:80/",
	} {
		f.Add(seed)
	}
	r := access.Rules{Referers: []string{"mooc.example"}}
	f.Fuzz(func(t *testing.T, referer string) {
		if (visit{referer: referer}).checkedBy(r) != nil {
			return
		}
		if strings.TrimSpace(referer) == "" {
			t.Fatalf("admitted without a page: %q", referer)
		}
		authority := browserHost.FindStringSubmatch(strings.TrimSpace(referer))
		if authority == nil {
			t.Fatalf("admitted what is no URL: %q", referer)
		}
		host, _, _ := strings.Cut(strings.ToLower(authority[1]), ":")
		host = strings.TrimSuffix(host, ".")
		if host != "mooc.example" && !strings.HasSuffix(host, ".mooc.example") {
			t.Errorf("admitted %q, whose host is %q", referer, host)
		}
	})
}
