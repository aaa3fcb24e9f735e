package proxy_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// echo is a server that sends back each message of a websocket.
func echo(t *testing.T) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"v1.kernel.websocket.jupyter.org"}})
		if err != nil {
			t.Errorf("accept: %v", err)
			return
		}
		defer c.CloseNow()
		c.SetReadLimit(-1)
		for {
			kind, message, err := c.Read(r.Context())
			if err != nil {
				return
			}
			if err := c.Write(r.Context(), kind, message); err != nil {
				return
			}
		}
	})
}

func (s *site) dial(t *testing.T, o *websocket.DialOptions) *websocket.Conn {
	t.Helper()
	c, _, err := websocket.Dial(t.Context(), s.url+testBase+"api/kernels/k/channels?session_id=1", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.CloseNow() })
	c.SetReadLimit(-1)
	return c
}

func roundTrip(t *testing.T, c *websocket.Conn, message []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	sent := make(chan error, 1)
	go func() { sent <- c.Write(ctx, websocket.MessageBinary, message) }()
	_, got, err := c.Read(ctx)
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	if err != nil || !bytes.Equal(got, message) {
		t.Fatalf("%d bytes came back as %d: %v", len(message), len(got), err)
	}
}

func TestWebsocket(t *testing.T) {
	s := newSite(t, echo(t))
	c := s.dial(t, &websocket.DialOptions{
		Subprotocols: []string{"v1.kernel.websocket.jupyter.org"},
		HTTPHeader:   http.Header{"Origin": {s.url}, "Sec-Fetch-Site": {"same-origin"}},
	})
	if got := c.Subprotocol(); got != "v1.kernel.websocket.jupyter.org" {
		t.Errorf("subprotocol %q", got)
	}
	for _, size := range []int{0, 1, 125, 126, 65535, 65536, 5 << 20, 32 << 20, 3} {
		roundTrip(t, c, bytes.Repeat([]byte{'x'}, size))
	}
	if err := c.Close(websocket.StatusNormalClosure, "bye"); err != nil {
		t.Errorf("closing: %v", err)
	}
}

func TestWebsocketWithoutSubprotocol(t *testing.T) {
	s := newSite(t, echo(t))
	if got := s.dial(t, nil).Subprotocol(); got != "" {
		t.Errorf("subprotocol %q", got)
	}
}

func TestForeignWebsocketDoesNotReachTheServer(t *testing.T) {
	s := newSite(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it did") }))
	_, res, err := websocket.Dial(t.Context(), s.url+testBase+"x", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"https://evil.example"}}})
	if err == nil || res.StatusCode != 403 {
		t.Errorf("%v, %v", res, err)
	}
}

func TestWebsocketThatTheServerDeclines(t *testing.T) {
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Set-Cookie", "a=b")
		http.Error(w, "no such kernel", 404)
	}))
	status, body, h := s.get(t, "x", "Connection: Upgrade", "Upgrade: websocket")
	if status != 404 || body != "no such kernel\n" || h.Get("Set-Cookie") != "" {
		t.Errorf("%d %q %v", status, body, h)
	}
}

func TestWebsocketThatTheServerFakes(t *testing.T) {
	for _, text := range []string{
		"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
		"HTTP/1.1 103 Early Hints\r\n\r\n", "garbage\r\n\r\n!", "!",
	} {
		s := newRawSite(t, reply(text))
		if status, _, _ := s.get(t, "x", "Connection: Upgrade", "Upgrade: websocket"); status != 502 {
			t.Errorf("%q: status %d", text, status)
		}
	}
}

const handshake = "GET " + testBase + "ws?token=query-token HTTP/1.1\r\nHost: nb\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nCookie: a=b\r\nSec-WebSocket-Key: k\r\n\r\n"

// agree takes a handshake and agrees, with what is sent after it in the same piece.
func agree(t *testing.T, c net.Conn, r *bufio.Reader, after string) {
	req, err := http.ReadRequest(r)
	if err != nil {
		t.Error(err)
		return
	}
	if req.Header.Get("Cookie") != "" || req.Header.Get("Authorization") != "token "+testToken || req.URL.RawQuery != "" || req.Header.Get("Sec-WebSocket-Key") != "k" {
		t.Errorf("handshake %v %v", req.URL, req.Header)
	}
	io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSet-Cookie: a=b\r\nSec-WebSocket-Accept: y\r\n\r\n"+after)
}

func readHandshake(t *testing.T, r *bufio.Reader) {
	t.Helper()
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != 101 || res.Header.Get("Sec-WebSocket-Accept") != "y" || res.Header.Get("Set-Cookie") != "" || res.Header.Get("Upgrade") != "websocket" {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
}

func TestBytesThatComeWithTheHandshake(t *testing.T) {
	got := make(chan string, 1)
	s := newRawSite(t, func(c net.Conn, r *bufio.Reader) {
		agree(t, c, r, "from the server")
		all, _ := io.ReadAll(r)
		got <- string(all)
	})
	c, r := s.rawExchange(t, "%s", handshake+"from the client")
	readHandshake(t, r)
	c.(*net.TCPConn).CloseWrite()
	if all := readAll(t, r); all != "from the server" {
		t.Errorf("the client got %q", all)
	}
	if all := <-got; all != "from the client" {
		t.Errorf("the server got %q", all)
	}
}

func TestHalfOpenWebsocket(t *testing.T) {
	s := newRawSite(t, func(c net.Conn, r *bufio.Reader) {
		agree(t, c, r, "")
		all, _ := io.ReadAll(r) // ends when the client's half does
		io.WriteString(c, strings.ToUpper(string(all)))
	})
	c, r := s.rawExchange(t, "%s", handshake)
	readHandshake(t, r)
	io.WriteString(c, "last words")
	c.(*net.TCPConn).CloseWrite()
	if all := readAll(t, r); all != "LAST WORDS" {
		t.Errorf("the client got %q", all)
	}
}

func TestWebsocketEndsWithEitherSide(t *testing.T) {
	ended := make(chan struct{})
	s := newRawSite(t, func(c net.Conn, r *bufio.Reader) {
		agree(t, c, r, "")
		io.Copy(io.Discard, r)
		close(ended)
	})
	c, r := s.rawExchange(t, "%s", handshake)
	readHandshake(t, r)
	c.(*net.TCPConn).SetLinger(0)
	c.Close() // a reset, not an orderly end
	select {
	case <-ended:
	case <-time.After(patience):
		t.Fatal("the server was not told that the client has gone")
	}

	s = newRawSite(t, func(c net.Conn, r *bufio.Reader) { agree(t, c, r, "") })
	_, r = s.rawExchange(t, "%s", handshake)
	readHandshake(t, r)
	if all := readAll(t, r); all != "" {
		t.Errorf("the client got %q", all)
	}
}

// deadlines counts the sides of connections that are under a deadline.
type deadlines struct {
	net.Conn
	mu          sync.Mutex
	read, write bool
}

func (d *deadlines) note(read, write *bool, until time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if read != nil {
		*read = !until.IsZero()
	}
	if write != nil {
		*write = !until.IsZero()
	}
}

func (d *deadlines) SetDeadline(until time.Time) error {
	d.note(&d.read, &d.write, until)
	return d.Conn.SetDeadline(until)
}

func (d *deadlines) SetReadDeadline(until time.Time) error {
	d.note(&d.read, nil, until)
	return d.Conn.SetReadDeadline(until)
}

func (d *deadlines) SetWriteDeadline(until time.Time) error {
	d.note(nil, &d.write, until)
	return d.Conn.SetWriteDeadline(until)
}

func (d *deadlines) any() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.read || d.write
}

type watchedListener struct {
	net.Listener
	accepted chan *deadlines
}

func (l watchedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	d := &deadlines{Conn: c}
	l.accepted <- d
	return d, nil
}

// An idle websocket lives for as long as both sides want it: neither of its
// connections is under a deadline, whatever those of the requests are.
func TestIdleWebsocketHasNoDeadline(t *testing.T) {
	s := newSite(t, echo(t))
	dialled := make(chan *deadlines, 1)
	dial := s.target.Dial
	s.target.Dial = func(ctx context.Context) (net.Conn, error) {
		c, err := dial(ctx)
		d := &deadlines{Conn: c}
		dialled <- d
		return d, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	accepted := make(chan *deadlines, 1)
	front := &http.Server{Handler: s.proxy, ReadHeaderTimeout: time.Second, ReadTimeout: time.Second, WriteTimeout: time.Second, IdleTimeout: time.Second}
	go front.Serve(watchedListener{l, accepted})
	defer front.Close()
	s.url = "http://" + l.Addr().String()
	c := s.dial(t, nil)
	roundTrip(t, c, []byte("x")) // this kind of connection is not read by its socket; 5 MB go all the same
	roundTrip(t, c, make([]byte, 5<<20))
	if (<-dialled).any() {
		t.Error("the connection to the server is under a deadline")
	}
	if (<-accepted).any() {
		t.Error("the connection to the client is under a deadline")
	}
}
