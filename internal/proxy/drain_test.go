package proxy_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"
)

func TestDrainLetsASaveFinish(t *testing.T) {
	saving, saved := make(chan struct{}), make(chan string, 1)
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(saving)
		body, _ := io.ReadAll(r.Body)
		saved <- string(body)
		io.WriteString(w, "saved")
	}))
	body, feed := io.Pipe()
	answered := make(chan string, 1)
	go func() {
		res, err := http.DefaultTransport.RoundTrip(s.request(t, "PUT", "x", body))
		if err != nil {
			answered <- err.Error()
			return
		}
		defer res.Body.Close()
		all, _ := io.ReadAll(res.Body)
		answered <- string(all)
	}()
	io.WriteString(feed, "half, ")
	<-saving
	drained := make(chan struct{})
	go func() {
		s.proxy.Drain(t.Context(), "one")
		close(drained)
	}()
	until(t, "nothing is let in", func() bool { status, _, _ := s.get(t, "y"); return status == 503 })
	_, _, h := s.get(t, "y")
	if h.Get("Retry-After") == "" {
		t.Error("a program is not told when to come again")
	}
	if status, _, _ := s.get(t, "y", "Accept: text/html"); status != 410 {
		t.Errorf("a person gets %d", status)
	}
	if status, _, _ := s.get(t, "y", "Connection: Upgrade", "Upgrade: websocket"); status != 503 {
		t.Errorf("a websocket gets %d", status)
	}
	select {
	case <-drained:
		t.Fatal("drained while a save goes on")
	default:
	}
	s.setKnown(false)
	io.WriteString(feed, "whole")
	feed.Close()
	if got := <-saved; got != "half, whole" {
		t.Errorf("the server got %q", got)
	}
	if got := <-answered; got != "saved" {
		t.Errorf("the client got %q", got)
	}
	<-drained
	if status, _, _ := s.get(t, "y"); status != 403 {
		t.Errorf("after it: status %d", status)
	}
}

func TestDrainDoesNotWaitForEver(t *testing.T) {
	came, end := make(chan struct{}), make(chan struct{})
	s := newSite(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(came); <-end }))
	defer close(end)
	go http.DefaultTransport.RoundTrip(s.request(t, "PUT", "x", nil))
	<-came
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	s.proxy.Drain(ctx, "one")
}

func TestDrainEndsWebsockets(t *testing.T) {
	s := newSite(t, echo(t))
	var all []*websocket.Conn
	for range 20 {
		c := s.dial(t, nil)
		roundTrip(t, c, []byte("x"))
		all = append(all, c)
	}
	s.proxy.Drain(t.Context(), "one")
	for _, c := range all {
		_, _, err := c.Read(t.Context())
		if websocket.CloseStatus(err) != websocket.StatusGoingAway {
			t.Errorf("a websocket ends with %v", err)
		}
	}
}

// In the midst of a message a last frame would be taken for a part of it.
func TestDrainCutsAMessageWithoutAddingToIt(t *testing.T) {
	s := newRawSite(t, func(c net.Conn, r *bufio.Reader) {
		agree(t, c, r, "\x82\x05abc")
		io.Copy(io.Discard, r)
	})
	_, r := s.rawExchange(t, "%s", handshake)
	readHandshake(t, r)
	if head, err := r.Peek(5); err != nil {
		t.Fatalf("%q, %v", head, err)
	}
	s.proxy.Drain(t.Context(), "one")
	if all := readAll(t, r); all != "\x82\x05abc" {
		t.Errorf("the client got %q", all)
	}
}

func TestDrainOfAClientThatDoesNotRead(t *testing.T) {
	sending, ended := make(chan struct{}), make(chan struct{})
	s := newRawSite(t, func(c net.Conn, r *bufio.Reader) {
		agree(t, c, r, "")
		for err := error(nil); err == nil; _, err = io.CopyN(c, zeros{}, 1<<20) {
			c.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
		}
		c.SetWriteDeadline(time.Time{})
		close(sending) // nothing more is taken
		io.Copy(c, zeros{})
		close(ended)
	})
	_, r := s.rawExchange(t, "%s", handshake)
	readHandshake(t, r)
	<-sending
	s.proxy.Drain(t.Context(), "one")
	select {
	case <-ended:
	case <-time.After(patience):
		t.Error("the server still sends")
	}
}

func TestRequestThatOutlivesDrainLeavesNoConnection(t *testing.T) {
	came, end, closed := make(chan struct{}), make(chan struct{}), make(chan struct{})
	s := newRawSite(t, func(c net.Conn, r *bufio.Reader) {
		http.ReadRequest(r)
		close(came)
		<-end
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")
		io.Copy(io.Discard, r)
		close(closed)
	})
	answered := make(chan string, 1)
	go func() {
		_, body, _ := s.get(t, "x")
		answered <- body
	}()
	<-came
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.proxy.Drain(ctx, "one")
	close(end)
	if body := <-answered; body != "a" {
		t.Errorf("the client got %q", body)
	}
	select {
	case <-closed:
	case <-time.After(patience):
		t.Error("an idle connection was kept")
	}
}

func TestDrainClosesIdleConnections(t *testing.T) {
	closed := make(chan struct{})
	answer := reply("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")
	s := newRawSite(t, func(c net.Conn, r *bufio.Reader) { answer(c, r); close(closed) })
	s.get(t, "x")
	s.proxy.Drain(t.Context(), "one")
	select {
	case <-closed:
	case <-time.After(patience):
		t.Error("an idle connection was left open")
	}
}

func TestDrainOfAServerThatNobodyUsed(t *testing.T) {
	s := newSite(t, hello)
	s.proxy.Drain(t.Context(), "one")
	s.proxy.Drain(t.Context(), "two")
}

// TestARestartLosesNothingThatPeopleDo has a client send messages up to the moment
// when it hears that its websocket ends: all of them reach the server.
func TestARestartLosesNothingThatPeopleDo(t *testing.T) {
	heard := make(chan int, 1)
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Errorf("accept: %v", err)
			return
		}
		defer c.CloseNow()
		c.Write(r.Context(), websocket.MessageText, []byte("hello"))
		n := 0
		for {
			if _, _, err := c.Read(r.Context()); err != nil {
				if websocket.CloseStatus(err) != websocket.StatusServiceRestart {
					t.Errorf("the server hears of the end as %v", err)
				}
				heard <- n
				return
			}
			n++
		}
	}))
	c := s.dial(t, nil)
	if _, _, err := c.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	go func() {
		s.proxy.Restart(t.Context())
		if got := s.proxy.Totals().Websockets; got != 0 {
			t.Errorf("%d websockets are left", got)
		}
	}()
	sent := 0
	for c.Write(t.Context(), websocket.MessageText, []byte("message")) == nil {
		sent++
		if sent == 1 {
			go c.Read(t.Context()) // it answers the last frame
		}
	}
	if got := <-heard; got != sent {
		t.Errorf("the server has heard %d messages of %d", got, sent)
	}
}

// TestARestartEndsAllWebsockets whatever they are for, and whatever their clients do.
func TestARestartEndsAllWebsockets(t *testing.T) {
	s := newSite(t, echo(t))
	for _, path := range []string{"api/kernels/k/channels", "terminals/websocket/1", "other"} {
		c, _, err := websocket.Dial(t.Context(), s.url+testBase+path, nil) // nobody reads from it
		if err != nil {
			t.Fatal(err)
		}
		defer c.CloseNow()
	}
	s.proxy.Restart(t.Context())
	if got := s.proxy.Totals().Websockets; got != 0 {
		t.Errorf("%d websockets are left", got)
	}
	c := s.dial(t, nil)
	if _, _, err := c.Read(t.Context()); err == nil {
		t.Error("a websocket goes on that has begun later")
	}
}
