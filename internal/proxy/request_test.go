package proxy_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// requestSeen sends head through a proxy, and returns what arrives at the server.
func requestSeen(t *testing.T, head string) (line string, h http.Header) {
	t.Helper()
	seen := make(chan string, 1)
	s := newRawSite(t, func(c net.Conn, r *bufio.Reader) {
		var got strings.Builder
		for {
			line, err := r.ReadString('\n')
			if err != nil || line == "\r\n" {
				break
			}
			got.WriteString(line)
		}
		seen <- got.String()
		io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
	})
	s.rawExchange(t, "%s", head)
	line, fields, _ := strings.Cut(<-seen, "\r\n")
	h = http.Header{}
	for f := range strings.SplitSeq(strings.TrimSuffix(fields, "\r\n"), "\r\n") {
		name, value, _ := strings.Cut(f, ": ")
		h.Add(name, value)
	}
	return line, h
}

func TestPathAndQueryGoOnByteForByte(t *testing.T) {
	for _, tt := range []struct{ sent, want string }{
		{"lab/tree/a%2Fb//c/../d", ""},
		{"a%2fb|c\"d{e}", ""},
		{"files/%E9t%C3%A9.txt?", ""},
		{"x?a=%2F+1&b=%zz&&c", ""},
		{"x?token=query-token", "x"},
		{"x?a=1&token=query-token&b=%20", "x?a=1&b=%20"},
		{"x?%74oken=query-token&b=2&to%6ben", "x?b=2"},
		{"x?mytoken=1&token2=2&a=token", ""},
	} {
		want := tt.want
		if want == "" {
			want = tt.sent
		}
		line, _ := requestSeen(t, "GET "+testBase+tt.sent+" HTTP/1.1\r\nHost: nb\r\n\r\n")
		if line != "GET "+testBase+want+" HTTP/1.1" {
			t.Errorf("sent %q, arrived as %q", tt.sent, line)
		}
	}
}

func TestAbsoluteFormOfTarget(t *testing.T) {
	line, _ := requestSeen(t, "GET http://nb"+testBase+"x?token=1&a HTTP/1.1\r\nHost: nb\r\n\r\n")
	if line != "GET "+testBase+"x?a HTTP/1.1" {
		t.Errorf("arrived as %q", line)
	}
}

func TestHeadersThatTheServerSees(t *testing.T) {
	_, got := requestSeen(t, "DELETE "+testBase+"api/x HTTP/1.1\r\n"+strings.Join([]string{
		"Host: nb.example.org:8080",
		"Accept: application/json", "X-XSRFToken: x", "User-Agent: me", "If-None-Match: \"a\"",
		"Cookie: a=b", "Authorization: Bearer mine", "Referer: http://nb.example.org:8080/", "Origin: http://nb.example.org:8080",
		"Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty", "Sec-Fetch-User: ?1",
		"Connection: keep-alive, X-Hop", "X-Hop: 1", "Keep-Alive: 5", "TE: trailers", "Trailer: X", "Upgrade: h2c", "HTTP2-Settings: x",
		"Proxy-Authorization: a", "Proxy-Connection: b", "Expect: 100-continue", "Content-Length: 0",
		"X-Forwarded-For: 1.2.3.4", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil", "Forwarded: for=1.2.3.4", "X-Real-Ip: 1.2.3.4",
	}, "\r\n")+"\r\n\r\n")
	want := http.Header{
		"Host": {"nb.example.org:8080"}, "Accept": {"application/json"}, "X-Xsrftoken": {"x"}, "User-Agent": {"me"},
		"If-None-Match": {`"a"`}, "Authorization": {"token " + testToken}, "Content-Length": {"0"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBodiesAreFramedAnew(t *testing.T) {
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("body: %v", err)
		}
		w.Header().Set("X-Framing", strings.Join(r.TransferEncoding, ","))
		w.Write(body)
	}))
	for _, size := range []int{0, 1, 16 << 10, 16<<10 + 1, 1 << 20} {
		body := strings.Repeat("x", size)
		known := s.do(t, s.request(t, "PUT", "", strings.NewReader(body)))
		if got := readAll(t, known.Body); got != body || known.Header.Get("X-Framing") != "" {
			t.Errorf("%d bytes came back as %d, framing %q", size, len(got), known.Header.Get("X-Framing"))
		}
		if size == 0 {
			continue
		}
		unknown := s.do(t, s.request(t, "PUT", "", io.MultiReader(strings.NewReader(body))))
		if got := readAll(t, unknown.Body); got != body || unknown.Header.Get("X-Framing") != "chunked" {
			t.Errorf("%d bytes in chunks came back as %d, framing %q", size, len(got), unknown.Header.Get("X-Framing"))
		}
	}
}

func TestContradictoryFramingIsRefused(t *testing.T) {
	s := newSite(t, hello)
	for _, fields := range []string{
		"Content-Length: 3\r\nContent-Length: 4", "Content-Length: +3", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
		"Transfer-Encoding : chunked",
	} {
		_, r := s.rawExchange(t, "POST %s HTTP/1.1\r\nHost: nb\r\n%s\r\n\r\nabc", testBase, fields)
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != 400 && res.StatusCode != 501 {
			t.Errorf("%q: status %d", fields, res.StatusCode)
		}
	}
}
