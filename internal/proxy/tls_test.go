package proxy_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/coder/websocket"
)

// By TLS nothing can be left to the kernel, and requests may come by HTTP/2.
func TestByTLS(t *testing.T) {
	sockets := echo(t)
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			sockets.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Length", r.Header.Get("X-Length"))
		io.Copy(w, r.Body)
	}))
	front := httptest.NewUnstartedServer(s.proxy)
	front.EnableHTTP2 = true
	front.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	front.StartTLS()
	defer front.Close()
	s.url = front.URL

	body := bytes.Repeat([]byte("0123456789"), 1<<20)
	r := s.request(t, "PUT", "a//b%2Fc", bytes.NewReader(body), "X-Length: 10485760", "Origin: "+front.URL)
	res, err := front.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got := readAll(t, res.Body); res.ProtoMajor != 2 || got != string(body) {
		t.Errorf("%s: %d bytes came back as %d", res.Proto, len(body), len(got))
	}

	plain := front.Client().Transport.(*http.Transport).Clone()
	plain.ForceAttemptHTTP2, plain.TLSClientConfig.NextProtos = false, []string{"http/1.1"}
	c := s.dial(t, &websocket.DialOptions{HTTPClient: &http.Client{Transport: plain}, HTTPHeader: http.Header{"Origin": {front.URL}}})
	roundTrip(t, c, body)
	s.proxy.Drain(t.Context(), "one")
	if _, _, err := c.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("the websocket ends with %v", err)
	}
}
