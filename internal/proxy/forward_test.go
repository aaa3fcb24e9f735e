package proxy_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/proxy"
)

// reply makes of a connection to a server one that reads requests without body
// and answers each with text; a text that ends in "!" closes it after.
func reply(text string) func(net.Conn, *bufio.Reader) {
	return func(c net.Conn, r *bufio.Reader) {
		for {
			if _, err := http.ReadRequest(r); err != nil {
				return
			}
			io.WriteString(c, strings.TrimSuffix(text, "!"))
			if strings.HasSuffix(text, "!") {
				return
			}
		}
	}
}

func TestAnswersOfAllFramings(t *testing.T) {
	big := strings.Repeat("0123456789abcdef", 20000)
	for name, tt := range map[string]struct {
		method, text, body string
		status             int
	}{
		"length":       {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", "ab", 200},
		"long":         {"GET", "HTTP/1.1 200 OK\r\nContent-Length: " + strconv.Itoa(len(big)) + "\r\n\r\n" + big, big, 200},
		"chunks":       {"GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1;x=y\r\nb\r\n0\r\n\r\n", "ab", 200},
		"until closed": {"GET", "HTTP/1.1 200 OK\r\n\r\nab!", "ab", 200},
		"HTTP/1.0":     {"GET", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab!", "ab", 200},
		"HEAD":         {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", "", 200},
		"no content":   {"GET", "HTTP/1.1 204 No Content\r\n\r\n", "", 204},
		"not modified": {"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", "", 304},
		"interim":      {"GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", "a", 200},
		"error":        {"GET", "HTTP/1.1 500 Oops\r\nContent-Length: 1\r\n\r\na", "a", 500},
	} {
		t.Run(name, func(t *testing.T) {
			s := newRawSite(t, reply(tt.text))
			for range 2 { // the second by the same connection, where it can be
				res := s.do(t, s.request(t, tt.method, "x", nil))
				if body := readAll(t, res.Body); res.StatusCode != tt.status || body != tt.body {
					t.Errorf("%d, %d bytes, want %d, %d bytes", res.StatusCode, len(body), tt.status, len(tt.body))
				}
			}
		})
	}
}

func TestInterimAnswersAndTrailers(t *testing.T) {
	s := newRawSite(t, reply("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\nSet-Cookie: a=b\r\n\r\n"+
		"HTTP/1.1 200 OK\r\nTrailer: X-Sum, Set-Cookie\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 7\r\nSet-Cookie: a=b\r\n\r\n"))
	var infos []string
	trace := &httptrace.ClientTrace{Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
		infos = append(infos, fmt.Sprint(code, h.Get("Link"), h.Get("Set-Cookie")))
		return nil
	}}
	r := s.request(t, "GET", "x", nil)
	res := s.do(t, r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	readAll(t, res.Body)
	if len(infos) != 1 || infos[0] != "103<a>" {
		t.Errorf("interim answers: %q", infos)
	}
	if res.Trailer.Get("X-Sum") != "7" || res.Trailer.Get("Set-Cookie") != "" {
		t.Errorf("trailer: %v", res.Trailer)
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":         "!",
		"noise":           "SSH-2.0-OpenSSH " + testToken + "\r\n!",
		"half a head":     "HTTP/1.1 200 OK\r\nContent-Le!",
		"status too low":  "HTTP/1.1 042 Odd\r\nContent-Length: 0\r\n\r\n",
		"switch unasked":  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
		"endless interim": strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 100),
		"huge head":       "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: "+strings.Repeat("y", 1000)+"\r\n", 1000),
		"two lengths":     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
	} {
		t.Run(name, func(t *testing.T) {
			s := newRawSite(t, reply(text))
			if status, body, _ := s.get(t, "secret-file?token=query-token&a=query-token"); status != 502 || !strings.HasPrefix(body, `{"message":`) {
				t.Errorf("program: %d %q", status, body)
			}
			if status, body, _ := s.get(t, "x", "Accept: text/html"); status != 410 || body != "open it again" {
				t.Errorf("person: %d %q", status, body)
			}
			if log := s.log.String(); strings.Count(log, "\n") != 2 || !strings.Contains(log, "path=/server/one/…/secret-file") {
				t.Errorf("log:\n%s", log)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	s := startSite(t)
	if status, _, _ := s.get(t, "x"); status != 502 {
		t.Errorf("program: %d", status)
	}
	if status, _, _ := s.get(t, "x", "Accept: text/html"); status != 410 {
		t.Errorf("person: %d", status)
	}
	if status, _, _ := s.get(t, "x", "Connection: Upgrade", "Upgrade: websocket"); status != 502 {
		t.Errorf("websocket: %d", status)
	}
}

func TestServerThatNeverAnswers(t *testing.T) {
	s := newRawSite(t, func(_ net.Conn, r *bufio.Reader) { io.Copy(io.Discard, r) },
		func(o *proxy.Options) { o.Patience = 50 * time.Millisecond })
	for _, r := range []*http.Request{
		s.request(t, "GET", "x", nil),
		s.request(t, "PUT", "x", strings.NewReader("small")),
		s.request(t, "PUT", "x", bytes.NewReader(make([]byte, 1<<20))),
		s.request(t, "GET", "x", nil, "Connection: Upgrade", "Upgrade: websocket"),
	} {
		if res := s.do(t, r); res.StatusCode != 504 {
			t.Errorf("%s %d: status %d", r.Method, r.ContentLength, res.StatusCode)
		}
	}
}

func TestServerThatTakesNoBody(t *testing.T) {
	ended := make(chan struct{})
	s := newRawSite(t, func(net.Conn, *bufio.Reader) { <-ended },
		func(o *proxy.Options) { o.Patience = 50 * time.Millisecond })
	defer close(ended)
	res := s.do(t, s.request(t, "PUT", "x", io.LimitReader(zeros{}, 64<<20)))
	if res.StatusCode != 504 {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestServerDiesMidway(t *testing.T) {
	for name, text := range map[string]string{
		"length":       "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc!",
		"long":         "HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\nabc!",
		"chunks":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n!",
		"broken chunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n!",
	} {
		s := newRawSite(t, reply(text))
		res := s.do(t, s.request(t, "GET", "x", nil))
		body, err := io.ReadAll(res.Body)
		if err == nil || string(body) != "abc" {
			t.Errorf("%s: %q came as if it were all", name, body)
		}
		if log := s.log.String(); strings.Count(log, "\n") != 1 {
			t.Errorf("%s: log:\n%s", name, log)
		}
	}
}

func TestAnswerFlowsAsItComes(t *testing.T) {
	for name, head := range map[string]string{
		"chunks": "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
		"length": "Content-Length: 9\r\n\r\nabc",
		"long":   "Content-Length: 999999\r\n\r\nabc",
	} {
		ended := make(chan struct{})
		s := newRawSite(t, func(c net.Conn, r *bufio.Reader) {
			http.ReadRequest(r)
			io.WriteString(c, "HTTP/1.1 200 OK\r\n"+head)
			<-ended
		})
		res := s.do(t, s.request(t, "GET", "x", nil))
		got := make([]byte, 3)
		if _, err := io.ReadFull(res.Body, got); err != nil || string(got) != "abc" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		close(ended)
	}
}

func TestLargeBodiesStream(t *testing.T) {
	const size = 600 << 20
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			t.Errorf("upload: %v", err)
		}
		w.Header().Set("Content-Length", strconv.FormatInt(n, 10))
		io.CopyN(w, zeros{}, n)
	}))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := s.request(t, "PUT", "x", io.LimitReader(zeros{}, size))
	r.ContentLength = size
	res := s.do(t, r)
	if n, err := io.Copy(io.Discard, res.Body); n != size || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
	runtime.ReadMemStats(&after)
	if held := after.TotalAlloc - before.TotalAlloc; held > size/10 {
		t.Errorf("%d bytes were allocated for %d that pass", held, size)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestLargeBodiesArriveWhole(t *testing.T) {
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("upload: %v", err)
		}
		if r.Header.Get("X-Length") != "" {
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		}
		w.Write(body)
	}))
	body := make([]byte, 5<<20+17)
	for i := range body {
		body[i] = byte(i * i >> 7)
	}
	for _, fields := range [][]string{nil, {"X-Length: known"}} {
		for _, r := range []io.Reader{bytes.NewReader(body), io.MultiReader(bytes.NewReader(body))} {
			res := s.do(t, s.request(t, "POST", "x", r, fields...))
			if got := readAll(t, res.Body); sha256.Sum256([]byte(got)) != sha256.Sum256(body) {
				t.Errorf("%d bytes came back as %d others", len(body), len(got))
			}
		}
	}
}

func TestExpectContinue(t *testing.T) {
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprint(w, len(body))
	}))
	for _, size := range []int{3, 100000} {
		c, r := s.rawExchange(t, "PUT %s HTTP/1.1\r\nHost: nb\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", testBase, size)
		if line, err := r.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
			t.Fatalf("%q, %v", line, err)
		}
		r.ReadString('\n')
		c.Write(make([]byte, size))
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body := readAll(t, res.Body); body != strconv.Itoa(size) {
			t.Errorf("%d bytes arrived as %s", size, body)
		}
	}
}

func TestAnswerBeforeTheUploadIsOver(t *testing.T) {
	s := newRawSite(t, func(c net.Conn, r *bufio.Reader) {
		http.ReadRequest(r)
		io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
	})
	c, r := s.rawExchange(t, "PUT %s HTTP/1.1\r\nHost: nb\r\nContent-Length: 99999999\r\n\r\nbegin", testBase)
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if body := readAll(t, res.Body); res.StatusCode != 413 || body != "big" || !res.Close {
		t.Errorf("%d %q, close %v", res.StatusCode, body, res.Close)
	}
	if _, err := io.Copy(io.Discard, c); err != nil {
		t.Errorf("the connection ends with %v", err)
	}
}

func TestServerAnswersWhileItReads(t *testing.T) {
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		rc.EnableFullDuplex()
		one := make([]byte, 1)
		for {
			if _, err := r.Body.Read(one); err != nil {
				return
			}
			w.Write(one)
			rc.Flush()
		}
	}))
	body, feed := io.Pipe()
	defer feed.Close()
	go feed.Write([]byte("a"))
	res := s.do(t, s.request(t, "POST", "x", body))
	for _, letter := range "abc" {
		got := make([]byte, 1)
		if _, err := io.ReadFull(res.Body, got); err != nil || rune(got[0]) != letter {
			t.Fatalf("%q, %v", got, err)
		}
		go feed.Write([]byte{got[0] + 1})
	}
}

func TestClientThatGoesCancelsTheRequest(t *testing.T) {
	for _, size := range []int{0, 5, 1 << 20} {
		came, went := make(chan struct{}), make(chan struct{})
		s := newSite(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			close(came)
			<-r.Context().Done()
			close(went)
		}))
		ctx, cancel := context.WithCancel(t.Context())
		r := s.request(t, "PUT", "x", bytes.NewReader(make([]byte, size)))
		go func() {
			<-came
			cancel()
		}()
		if _, err := (&http.Transport{}).RoundTrip(r.WithContext(ctx)); !errors.Is(err, context.Canceled) {
			t.Errorf("%d bytes: %v", size, err)
		}
		select {
		case <-went:
		case <-time.After(patience):
			t.Fatalf("%d bytes: the server still works for nobody", size)
		}
		if log := s.log.String(); log != "" {
			t.Errorf("log: %s", log)
		}
	}
}

func TestUploadThatBreaksOffIsNotSeenAsWhole(t *testing.T) {
	for framing, nonsense := range map[string]bool{"Content-Length: 999999": false, "Transfer-Encoding: chunked": false, "Transfer-Encoding: chunked\r\nX: y": true} {
		end := make(chan error, 1)
		s := newSite(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, err := io.Copy(io.Discard, r.Body)
			end <- err
		}))
		c, _ := s.rawExchange(t, "PUT %s HTTP/1.1\r\nHost: nb\r\n%s\r\n\r\n3\r\nabc\r\n", testBase, framing)
		if nonsense {
			io.WriteString(c, "no size of a chunk\r\n")
		} else {
			c.Close()
		}
		select {
		case err := <-end:
			if err == nil {
				t.Errorf("%s: half a body was taken for a whole", framing)
			}
		case <-time.After(patience / 2):
			t.Errorf("%s: the server was not told", framing)
		}
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	var conns atomic.Int32
	answer := reply("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")
	s := newRawSite(t, func(c net.Conn, r *bufio.Reader) { conns.Add(1); answer(c, r) })
	for range 5 {
		s.get(t, "x")
	}
	if n := conns.Load(); n != 1 {
		t.Errorf("%d connections for 5 requests in a row", n)
	}
}

func TestConnectionThatWasClosedMeanwhile(t *testing.T) {
	var conns atomic.Int32
	closed := make(chan struct{}, 1)
	answer := reply("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na!")
	s := newRawSite(t, func(c net.Conn, r *bufio.Reader) {
		conns.Add(1)
		answer(c, r)
		c.Close()
		closed <- struct{}{}
	})
	for _, method := range []string{"GET", "POST", "PUT", "GET"} {
		res := s.do(t, s.request(t, method, "x", nil))
		if res.StatusCode != 200 {
			t.Errorf("%s: status %d", method, res.StatusCode)
		}
		<-closed
	}
	if n := conns.Load(); n != 4 {
		t.Errorf("%d connections", n)
	}
}

// A server that takes a request over a used connection and closes it instead of
// answering has not noticed it: what changes nothing is asked again, once.
func TestRequestIsRepeatedOnlyIfHarmless(t *testing.T) {
	for _, tt := range []struct {
		method string
		body   string
		status int
		asked  int32
	}{{"GET", "", 200, 3}, {"DELETE", "", 502, 2}, {"POST", "a", 502, 2}} {
		var asked atomic.Int32
		s := newRawSite(t, func(c net.Conn, r *bufio.Reader) {
			for {
				if _, err := http.ReadRequest(r); err != nil {
					return
				}
				if asked.Add(1) == 2 {
					return
				}
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")
			}
		})
		s.get(t, "x")
		res := s.do(t, s.request(t, tt.method, "x", strings.NewReader(tt.body)))
		if res.StatusCode != tt.status || asked.Load() != tt.asked {
			t.Errorf("%s: status %d after %d requests, want %d after %d", tt.method, res.StatusCode, asked.Load(), tt.status, tt.asked)
		}
	}
}

func TestUnaskedBytesAreNotTakenForAnAnswer(t *testing.T) {
	s := newRawSite(t, reply("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"))
	for range 3 {
		if _, body, _ := s.get(t, "x"); body != "a" {
			t.Errorf("answer %q", body)
		}
	}
}

func TestThousandRequestsAtOnce(t *testing.T) {
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.URL.RawQuery) }))
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 200, MaxIdleConnsPerHost: 200}}
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	for i := range 1000 {
		all.Go(func() {
			want := "n=" + strconv.Itoa(i)
			res, err := client.Get(s.url + testBase + "x?" + want)
			if err != nil {
				t.Error(err)
				return
			}
			defer res.Body.Close()
			if body, err := io.ReadAll(res.Body); string(body) != want || err != nil {
				t.Errorf("%q, want %q: %v", body, want, err)
			}
		})
	}
	all.Wait()
}
