package proxy_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/proxy"
)

// diary is a Watcher that remembers.
type diary struct {
	mu    sync.Mutex
	lines []string
	slow  chan struct{} // if it is there: Saved takes until it is closed
}

func (d *diary) write(ctx context.Context, format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
	if ctx.Err() != nil {
		d.lines = append(d.lines, "context: "+ctx.Err().Error())
	}
}

func (d *diary) Saved(ctx context.Context, id nbhosting.ServerID, file string) {
	if d.slow != nil {
		<-d.slow
	}
	d.write(ctx, "saved %s %s", id, file)
}

func (d *diary) Renamed(ctx context.Context, id nbhosting.ServerID, from, to string) {
	d.write(ctx, "renamed %s %s %s", id, from, to)
}

func (d *diary) Deleted(ctx context.Context, id nbhosting.ServerID, file string) {
	d.write(ctx, "deleted %s %s", id, file)
}

func (d *diary) read() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.lines)
}

func (d *diary) expect(t *testing.T, want ...string) {
	t.Helper()
	if got := d.read(); !slices.Equal(got, want) {
		t.Errorf("told %q, not %q", got, want)
	}
}

func watchedBy(d *diary) func(*proxy.Options) {
	return func(o *proxy.Options) { o.Watcher = d }
}

func (s *site) activity(t *testing.T) proxy.Activity {
	t.Helper()
	a, ok := s.proxy.Activity("one")
	if !ok {
		t.Fatal("the server is not known")
	}
	return a
}

// contentsAPI answers as Jupyter does, and badly for files that are called so.
var contentsAPI = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	switch {
	case strings.Contains(r.URL.Path, "bad"):
		w.WriteHeader(http.StatusInternalServerError)
	case r.Method == "DELETE":
		w.WriteHeader(http.StatusNoContent)
	case r.Method == "PUT":
		w.WriteHeader(http.StatusCreated)
	}
})

func TestWhatIsDoneToFilesIsTold(t *testing.T) {
	d := &diary{}
	s := newSite(t, contentsAPI, watchedBy(d))
	var want []string
	for _, c := range []struct{ method, rest, body, want string }{
		{"PUT", "api/contents/w1/a%20b.ipynb?x=1", `{"content":{}}`, "saved one w1/a b.ipynb"},
		{"PUT", "api/contents/large.ipynb", `{"content":"` + strings.Repeat("x", 1<<20) + `"}`, "saved one large.ipynb"},
		{"PUT", "api/contents/bad.ipynb", `{"content":{}}`, ""},
		{"PUT", "api/contents/empty", ``, ""},
		{"PUT", "api/contents/up.csv", `{"type":"file","chunk":1,"content":"` + strings.Repeat("x", 1<<20) + `"}`, ""},
		{"PUT", "api/contents/up.csv", `{"type":"file","chunk":2,"content":"x"}`, ""},
		{"PUT", "api/contents/up.csv", `{"type":"file","chunk":-1,"content":"` + strings.Repeat("x", 1<<20) + `"}`, "saved one up.csv"},
		{"GET", "api/contents/a.ipynb", ``, ""},
		{"POST", "api/contents/a.ipynb/checkpoints", ``, ""},
		{"POST", "api/contents/a.ipynb/checkpoints/checkpoint", ``, "saved one a.ipynb"},
		{"POST", "api/contents", `{"type":"notebook"}`, ""},
		{"PATCH", "api/contents/a.ipynb", `{"path":"b.ipynb"}`, "renamed one a.ipynb b.ipynb"},
		{"PATCH", "api/contents/a.ipynb", `{"path":"a.ipynb"}`, ""},
		{"PATCH", "api/contents/a.ipynb", `{"path":"../../b.ipynb"}`, ""},
		{"PATCH", "api/contents/bad.ipynb", `{"path":"b.ipynb"}`, ""},
		{"DELETE", "api/contents/b.ipynb", ``, "deleted one b.ipynb"},
		{"DELETE", "api/contents/bad.ipynb", ``, ""},
		{"DELETE", "api/contents/..%2Fb.ipynb", ``, ""},
	} {
		res := s.do(t, s.request(t, c.method, c.rest, strings.NewReader(c.body)))
		readAll(t, res.Body)
		if c.want != "" {
			want = append(want, c.want)
		}
		d.expect(t, want...)
	}
	if a := s.activity(t); a.Saves != 4 || a.LastSave.IsZero() || a.LastInput.IsZero() {
		t.Errorf("%+v", a)
	}
	if total := s.proxy.Totals(); total.Requests[proxy.Contents] != 18 || total.Saves != 4 || total.BytesUp < 3<<20 {
		t.Errorf("%+v", total)
	}
}

// TestSavesOfOneFileComeOneAfterTheOther has two windows save: what the first one has
// saved is looked at before the second one writes over it. Other files do not wait.
func TestSavesOfOneFileComeOneAfterTheOther(t *testing.T) {
	d := &diary{slow: make(chan struct{})}
	reached := make(chan string, 10)
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		contentsAPI(w, r)
		reached <- r.URL.Query().Get("n")
	}), watchedBy(d))
	var all sync.WaitGroup
	save := func(file, n string) {
		request := s.request(t, "PUT", "api/contents/"+file+"?n="+n, strings.NewReader("{}"))
		all.Go(func() {
			res, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Error(err)
				return
			}
			res.Body.Close()
		})
	}
	save("a", "first")
	if got := <-reached; got != "first" {
		t.Fatalf("%q came first", got)
	}
	save("a", "second")
	save("b", "another")
	if got := <-reached; got != "another" {
		t.Errorf("%q came while the first save was looked at", got)
	}
	close(d.slow)
	if got := <-reached; got != "second" {
		t.Errorf("%q came last", got)
	}
	all.Wait()
}

func TestUploadOfUnknownLengthIsTold(t *testing.T) {
	d := &diary{}
	s := newSite(t, contentsAPI, watchedBy(d))
	readAll(t, s.do(t, s.request(t, "PUT", "api/contents/a", io.MultiReader(strings.NewReader(`{"content":1}`)))).Body)
	d.expect(t, "saved one a")
}

func TestBrowserHearsOfASaveOnceItWasTold(t *testing.T) {
	d := &diary{slow: make(chan struct{})}
	saved := make(chan struct{})
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		contentsAPI(w, r)
		close(saved)
	}), watchedBy(d))
	answered := make(chan struct{})
	request := s.request(t, "PUT", "api/contents/a", strings.NewReader("{}"))
	go func() {
		defer close(answered)
		res, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Error(err)
			return
		}
		res.Body.Close()
		if len(d.read()) != 1 {
			t.Error("the browser heard of it first")
		}
	}()
	<-saved
	if !s.activity(t).LastInput.IsZero() {
		t.Error("a save counts as input")
	}
	close(d.slow)
	<-answered
}

// TestSaveOfABrowserThatGoes: a student who closes the tab right after saving has saved.
func TestSaveOfABrowserThatGoes(t *testing.T) {
	d := &diary{}
	here, gone := make(chan struct{}), make(chan struct{})
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(here)
		select {
		case <-gone:
		case <-r.Context().Done():
			t.Error("the server was left alone with it")
		}
	}), watchedBy(d))
	body := strings.Repeat("x", 100<<10)
	request := make(chan context.Context, 1)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request <- r.Context()
		s.proxy.ServeHTTP(w, r)
	}))
	defer front.Close()
	s.host = front.Listener.Addr().String()
	c, _ := s.rawExchange(t, "PUT %sapi/contents/a HTTP/1.1\r\nHost: nb\r\nContent-Length: %d\r\n\r\n%s", testBase, len(body), body)
	<-here
	c.Close()
	<-(<-request).Done()
	close(gone)
	until(t, "the save is told", func() bool { return len(d.read()) > 0 })
	d.expect(t, "saved one a")
}

// TestSaveThatIsCutOff is none.
func TestSaveThatIsCutOff(t *testing.T) {
	d := &diary{}
	ended := make(chan error, 1)
	s := newSite(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		ended <- err
	}), watchedBy(d))
	c, _ := s.rawExchange(t, "PUT %sapi/contents/a HTTP/1.1\r\nHost: nb\r\nContent-Length: 100000\r\n\r\n%s", testBase, strings.Repeat("x", 50000))
	until(t, "the server has the request", func() bool { return s.activity(t).Requests == 1 && s.proxy.Totals().BytesUp > 0 })
	c.Close()
	if err := <-ended; err == nil {
		t.Error("the server took it for whole")
	}
	until(t, "the request has ended", func() bool { return s.activity(t).Requests == 0 })
	d.expect(t)
}

func TestActivityOfWebsockets(t *testing.T) {
	s := newSite(t, echo(t))
	before := s.activity(t)
	if !before.LastActive.Equal(before.Since) || !before.LastRequest.IsZero() {
		t.Errorf("before anything: %+v", before)
	}
	c := s.dial(t, nil)
	roundTrip(t, c, []byte("nonsense"))
	idle := s.activity(t)
	if idle.LastActive != before.LastActive || idle.Websockets != 1 || idle.LastRequest.IsZero() {
		t.Errorf("idle: %+v", idle)
	}
	for _, kind := range []string{"kernel_info_request", "complete_request", "debug_request"} {
		write(t, c, `{"header":{"msg_type":"`+kind+`"},"content":{"code":"1"}}`)
	}
	if got := s.activity(t); got.LastActive != before.LastActive || got.Executes != 0 {
		t.Errorf("after what pages send by themselves: %+v", got)
	}
	write(t, c, `{"content":{"code":"1"},"header":{"msg_type":"execute_request"}}`)
	ran := s.activity(t)
	if ran.Executes != 1 || !ran.LastActive.After(before.LastActive) || ran.LastInput != ran.LastActive {
		t.Errorf("after a cell: %+v", ran)
	}
	write(t, c, `{"content":{"value":"1"},"header":{"msg_type":"input_reply"}}`)
	if got := s.activity(t); got.Executes != 1 || !got.LastActive.After(ran.LastActive) {
		t.Errorf("after an answer: %+v", got)
	}
	c.CloseNow()
	until(t, "the websocket is gone", func() bool { return s.activity(t).Websockets == 0 })
	if total := s.proxy.Totals(); total.Opened != 1 || total.Executes != 1 || total.Websockets != 0 || total.BytesUp == 0 || total.BytesDown == 0 || total.Requests[proxy.Handshakes] != 1 {
		t.Errorf("%+v", total)
	}
}

// What is typed in a terminal is use; what its page asks by itself is none.
func TestActivityOfTerminals(t *testing.T) {
	s := newSite(t, echo(t))
	before := s.activity(t)
	c, _, err := websocket.Dial(t.Context(), s.url+testBase+"terminals/websocket/1", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	write(t, c, `["set_size",24,80,600,800]`)
	if got := s.activity(t); !got.LastInput.IsZero() || got.LastActive != before.LastActive {
		t.Errorf("after a page has told its size: %+v", got)
	}
	write(t, c, `["stdin","x"]`)
	if got := s.activity(t); got.LastInput.IsZero() || !got.LastActive.After(before.LastActive) || got.Executes != 0 {
		t.Errorf("after something was typed: %+v", got)
	}
}

// write sends a text and waits until it has come back.
func write(t *testing.T, c *websocket.Conn, text string) {
	t.Helper()
	if err := c.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
		t.Fatal(err)
	}
	if _, got, err := c.Read(t.Context()); err != nil || string(got) != text {
		t.Fatalf("%q: %v", got, err)
	}
}

func TestPagesAreActivityAndPollsAreNot(t *testing.T) {
	s := newSite(t, hello)
	first := s.activity(t)
	s.get(t, "api/kernels", "Accept: application/json", "Sec-Fetch-Mode: cors", "Sec-Fetch-Site: same-origin")
	polled := s.activity(t)
	if polled.LastActive != first.LastActive || polled.LastRequest.IsZero() {
		t.Errorf("after a poll: %+v", polled)
	}
	s.get(t, "lab", "Accept: text/html", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Site: none")
	if got := s.activity(t); !got.LastInput.After(polled.LastActive) {
		t.Errorf("after a page: %+v", got)
	}
}

func TestActivityEndsWithTheServer(t *testing.T) {
	s := newSite(t, hello)
	if _, ok := s.proxy.Activity("two"); ok {
		t.Error("an unknown server is known")
	}
	first := s.activity(t).Since
	s.get(t, "api/status")
	s.proxy.Drain(t.Context(), "one")
	if again := s.activity(t); !again.Since.After(first) || !again.LastRequest.IsZero() {
		t.Errorf("after a drain, which forgets: %+v", again)
	}
	s.setKnown(false)
	s.proxy.Drain(t.Context(), "one")
	if _, ok := s.proxy.Activity("one"); ok {
		t.Error("it is known for ever")
	}
}

func TestRefusalsAndFailuresAreCounted(t *testing.T) {
	s := newSite(t, hello)
	s.get(t, "x", "Sec-Fetch-Site: cross-site")
	s.setKnown(false)
	s.get(t, "x")
	if got := s.proxy.Totals(); got.Refused != 2 || got.Failed != 0 {
		t.Errorf("%+v", got)
	}
	dead := startSite(t)
	dead.get(t, "x")
	if got := dead.proxy.Totals(); got.Refused != 0 || got.Failed != 1 || got.Requests[proxy.Pages] != 1 {
		t.Errorf("%+v", got)
	}
}

// TestCompressionIsNotOffered: what is compressed could not be listened to.
func TestCompressionIsNotOffered(t *testing.T) {
	offered := make(chan string, 1)
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		offered <- r.Header.Get("Sec-WebSocket-Extensions")
		echo(t).ServeHTTP(w, r)
	}))
	s.dial(t, &websocket.DialOptions{CompressionMode: websocket.CompressionContextTakeover})
	select {
	case got := <-offered:
		if got != "" {
			t.Errorf("offered %q", got)
		}
	case <-time.After(patience):
		t.Error("no handshake")
	}
}
