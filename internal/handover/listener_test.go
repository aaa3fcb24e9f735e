package handover_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/handover"
)

// serve serves with an answer until the test ends, and returns how to leave.
func serve(t *testing.T, socket net.Listener, answer http.HandlerFunc) *handover.Listener {
	t.Helper()
	l := handover.Listen(socket)
	srv := &http.Server{Handler: answer, ConnState: l.State, ReadHeaderTimeout: time.Minute, IdleTimeout: time.Minute}
	ended := make(chan struct{})
	go func() { defer close(ended); srv.Serve(l) }()
	t.Cleanup(func() { srv.Close(); <-ended })
	return l
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// another returns one more descriptor of a socket that is listened on.
func another(t *testing.T, l net.Listener) net.Listener {
	t.Helper()
	file, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	again, err := net.FileListener(file)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// client is one connection, over which one asks as often as one likes.
type client struct {
	net.Conn
	in *bufio.Reader
}

func dial(t *testing.T, l net.Listener) client {
	t.Helper()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	return client{c, bufio.NewReader(c)}
}

func (c client) send(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

func (c client) wants(t *testing.T, want string) {
	t.Helper()
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		t.Fatalf("in place of %q: %v", want, err)
	}
	defer resp.Body.Close()
	if text, err := io.ReadAll(resp.Body); string(text) != want || err != nil {
		t.Fatalf("answered %q, %v, want %q", text, err, want)
	}
}

const request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		io.WriteString(w, text)
	}
}

// TestConnectionsFollowWhereNothingIsAsked hands over one that has been used, one
// that has not, one that is accepted by nobody yet, and one over which something is asked.
func TestConnectionsFollowWhereNothingIsAsked(t *testing.T) {
	socket := listen(t)
	asked, answer := make(chan struct{}), make(chan struct{})
	watched := &watched{Listener: another(t, socket), seen: make(chan struct{}, 1), want: "POST / HT"}
	parts := watched.seen
	old := serve(t, watched, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(asked)
			<-answer
		}
		says("old")(w, r)
	})
	used, fresh, slow, half := dial(t, socket), dial(t, socket), dial(t, socket), dial(t, socket)
	used.send(t, request)
	used.wants(t, "old")
	slow.send(t, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
	<-asked
	half.send(t, request)
	half.wants(t, "old")
	half.send(t, "POST / HT")
	<-parts // the server has read it

	moved := make(chan net.Conn, 10)
	if err := old.Leave(func(c net.Conn) { moved <- c }); err != nil {
		t.Fatal(err)
	}
	late := dial(t, socket)
	for len(moved) < 2 { // the first two
		time.Sleep(time.Millisecond)
	}
	used.send(t, request) // while nobody has the connection
	next := serve(t, another(t, socket), says("new"))
	go func() {
		for c := range moved {
			next.Give(c)
		}
	}()
	used.wants(t, "new")
	for _, c := range []client{fresh, late} {
		c.send(t, request)
		c.wants(t, "new")
	}
	half.send(t, "TP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
	half.wants(t, "old")
	if err := old.Await(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	half.send(t, request)
	half.wants(t, "new")
	close(answer)
	slow.wants(t, "old")
	if err := old.Await(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	slow.send(t, request)
	slow.wants(t, "new")
}

// watched tells when what it wants is read from a connection.
type watched struct {
	net.Listener
	want string
	seen chan struct{}
}

func (w *watched) Accept() (net.Conn, error) {
	c, err := w.Listener.Accept()
	return &watchedConn{c, w}, err
}

type watchedConn struct {
	net.Conn
	w *watched
}

func (c *watchedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if string(p[:n]) == c.w.want || n == 1 && p[0] == c.w.want[0] {
		defer func() { c.w.seen <- struct{}{} }()
	}
	return n, err
}

func TestFilesAndWordsArrive(t *testing.T) {
	ours, file, err := handover.Pair()
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := handover.NewPeer(file)
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	if err := ours.Send("file", map[string]int{"a": 1}, write); err != nil {
		t.Fatal(err)
	}
	write.Close()
	m, files, err := theirs.Receive(t.Context())
	if err != nil || m.Word != "file" || string(m.Body) != `{"a":1}` || len(files) != 1 {
		t.Fatalf("got %s %s with %d files, %v", m.Word, m.Body, len(files), err)
	}
	if _, err := files[0].WriteString("through it"); err != nil {
		t.Fatal(err)
	}
	files[0].Close()
	if text, err := io.ReadAll(read); string(text) != "through it" || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
	if err := ours.Send("too long", strings.Repeat("x", 1<<20)); err == nil {
		t.Error("a message of any length is sent")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := theirs.Receive(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	ours.Close()
	if _, _, err := theirs.Receive(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("once the other has gone: %v", err)
	}
}
