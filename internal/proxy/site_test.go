package proxy_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/proxy"
)

const (
	testSecret = "S3CRET-part"
	testToken  = "t0ken-of-jupyter"
	testBase   = "/server/one/" + testSecret + "/"
	patience   = 20 * time.Second // longer than any test that does not wait for its end
)

// site is a proxy that listens, with one server behind it on a unix socket.
type site struct {
	proxy  *proxy.Proxy
	url    string // scheme, host and port
	host   string
	socket string
	log    *lockedBuffer

	mu     sync.Mutex
	target proxy.Target
	known  bool
}

func (s *site) Target(id nbhosting.ServerID) (proxy.Target, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.target, s.known && id == s.target.ID
}

// setKnown decides whether the proxy's caller knows the server.
func (s *site) setKnown(known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known = known
}

// newSite starts a proxy before a server made of handler.
func newSite(t *testing.T, handler http.Handler, change ...func(*proxy.Options)) *site {
	t.Helper()
	s := startSite(t, change...)
	server := httptest.NewUnstartedServer(handler)
	server.Listener.Close()
	server.Listener = listenUnix(t, s.socket)
	server.Start()
	t.Cleanup(server.Close)
	return s
}

// newRawSite starts a proxy before a server that treats each connection by serve.
func newRawSite(t *testing.T, serve func(net.Conn, *bufio.Reader), change ...func(*proxy.Options)) *site {
	t.Helper()
	s := startSite(t, change...)
	l := listenUnix(t, s.socket)
	var all sync.WaitGroup
	ctx, end := context.WithCancel(context.Background())
	t.Cleanup(func() {
		l.Close()
		end()
		all.Wait()
	})
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				defer context.AfterFunc(ctx, func() { c.Close() })()
				serve(c, bufio.NewReader(c))
			})
		}
	})
	return s
}

func listenUnix(t *testing.T, socket string) net.Listener {
	t.Helper()
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func startSite(t *testing.T, change ...func(*proxy.Options)) *site {
	t.Helper()
	s := &site{socket: filepath.Join(t.TempDir(), "s"), log: &lockedBuffer{}, known: true}
	s.target = proxy.Target{ID: "one", Secret: testSecret, Token: testToken, Dial: func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", s.socket)
	}}
	o := proxy.Options{
		Targets:        s,
		FrameAncestors: []string{"https://lms.example.org"},
		Gone: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusGone)
			io.WriteString(w, "open it again")
		}),
		Patience: patience,
		Logger:   slog.New(slog.NewTextHandler(s.log, nil)),
	}
	for _, c := range change {
		c(&o)
	}
	s.proxy = proxy.New(o)
	front := httptest.NewUnstartedServer(s.proxy)
	front.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	front.Start()
	t.Cleanup(front.Close)
	s.url, s.host = front.URL, strings.TrimPrefix(front.URL, "http://")
	t.Cleanup(func() { checkNoSecret(t, s.log.String()) })
	return s
}

func checkNoSecret(t *testing.T, log string) {
	for _, secret := range []string{testSecret, testToken, "query-token"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log tells %q:\n%s", secret, log)
		}
	}
}

// request makes a request below the server's base path; fields are "Name: value".
func (s *site) request(t *testing.T, method, rest string, body io.Reader, fields ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+testBase+rest, body)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		r.Header.Add(name, value)
	}
	return r
}

// do returns the answer to a request; its body is closed at the end of the test.
func (s *site) do(t *testing.T, r *http.Request) *http.Response {
	t.Helper()
	transport := &http.Transport{DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	res, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.URL, err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

func (s *site) get(t *testing.T, rest string, fields ...string) (int, string, http.Header) {
	t.Helper()
	res := s.do(t, s.request(t, "GET", rest, nil, fields...))
	return res.StatusCode, readAll(t, res.Body), res.Header
}

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	all, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("reading: %v", err)
	}
	return string(all)
}

// rawExchange sends text over a new connection, and returns it for more.
func (s *site) rawExchange(t *testing.T, format string, args ...any) (net.Conn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", s.host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(c, format, args...); err != nil {
		t.Fatal(err)
	}
	return c, bufio.NewReader(c)
}

// until waits for a condition.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// hello answers whatever is asked.
var hello = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") })
