package loadtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/jupyter/message"
)

const (
	cellTimeout = 2 * time.Minute
	maxMessage  = 32 << 20
)

// kernel is one that a student's page is connected to.
type kernel struct {
	id      string
	session string // of this page's, in messages
	conn    *websocket.Conn
	next    int

	mu      sync.Mutex
	waiting map[string]chan message.Message // by the id of what is answered
	closed  chan struct{}
	cause   error // once it is closed
}

// startKernel starts the kernel of a notebook and connects to it.
func (s *student) startKernel(ctx context.Context, p *page) (*kernel, error) {
	if p.kernel == "" {
		var specs struct{ Default string }
		if err := s.browser.call(ctx, http.MethodGet, p.at("api/kernelspecs"), nil, &specs); err != nil {
			return nil, err
		}
		p.kernel = specs.Default
	}
	body := map[string]any{"path": p.notebook, "name": p.notebook, "type": "notebook", "kernel": map[string]string{"name": p.kernel}}
	var session struct{ Kernel struct{ ID string } }
	if err := s.browser.call(ctx, http.MethodPost, p.at("api/sessions"), body, &session); err != nil {
		return nil, err
	}
	if session.Kernel.ID == "" {
		return nil, problemf("unexpected answer", "a session without a kernel")
	}
	return s.connect(ctx, p, session.Kernel.ID)
}

// connect connects to a kernel and waits until it answers.
func (s *student) connect(ctx context.Context, p *page, id string) (*kernel, error) {
	k := &kernel{id: id, session: fmt.Sprintf("%s-%d", s.name, time.Now().UnixNano()), waiting: map[string]chan message.Message{}, closed: make(chan struct{})}
	to := p.at("api/kernels/" + url.PathEscape(id) + "/channels")
	to.RawQuery = url.Values{"session_id": {k.session}}.Encode()
	dialling, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	conn, resp, err := websocket.Dial(dialling, to.String(), &websocket.DialOptions{
		HTTPClient: s.browser.sockets, HTTPHeader: http.Header{"Origin": {s.browser.origin()}, "Sec-Fetch-Site": {"same-origin"}}, Subprotocols: []string{message.Protocol},
	})
	if err != nil {
		if resp != nil && resp.StatusCode != http.StatusSwitchingProtocols {
			return nil, problemf(fmt.Sprintf("HTTP %d", resp.StatusCode), "websocket %s: %s", nbhosting.RedactPath(to.EscapedPath()), resp.Status)
		}
		return nil, problemf("no connection", "websocket %s could not be opened", nbhosting.RedactPath(to.EscapedPath()))
	}
	conn.SetReadLimit(maxMessage)
	k.conn = conn
	go k.read(ctx)
	if _, err := k.ask(ctx, "kernel_info_request", struct{}{}, requestTimeout); err != nil {
		k.close()
		return nil, err
	}
	return k, nil
}

func (k *kernel) close() { _ = k.conn.CloseNow() }

// read hands messages to who waits for them, until the websocket is closed.
func (k *kernel) read(ctx context.Context) {
	defer close(k.closed)
	for {
		_, data, err := k.conn.Read(ctx)
		if err != nil {
			k.cause = err
			return
		}
		m, err := message.Parse(data, k.conn.Subprotocol())
		if err != nil {
			k.cause = err
			k.close()
			return
		}
		if tellsDeath(m) {
			k.cause = errDied
			k.close()
			return
		}
		k.mu.Lock()
		who := k.waiting[m.Parent.ID]
		k.mu.Unlock()
		if who == nil {
			continue
		}
		select {
		case who <- m:
		case <-ctx.Done():
		}
	}
}

// errDied is why a page connects anew to a kernel that ended and that Jupyter started again.
var errDied = errors.New("the kernel has died, and what it had in memory is lost")

// tellsDeath tells whether Jupyter says, by a message that answers none, that the kernel has ended.
func tellsDeath(m message.Message) bool {
	if m.Header.Type != "status" || m.Parent.ID != "" {
		return false
	}
	var content struct {
		State string `json:"execution_state"`
	}
	return json.Unmarshal(m.Content, &content) == nil && (strings.HasSuffix(content.State, "restarting") || content.State == "dead")
}

// answer is what a kernel said to a request.
type answer struct {
	output string // what was printed, and the value
	status string
	name   string // of the error
}

// ask sends a request and waits for its reply, and until the kernel has finished with it.
func (k *kernel) ask(ctx context.Context, kind string, content any, timeout time.Duration) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	k.next++
	id := fmt.Sprintf("%s-%d", k.session, k.next)
	answers := make(chan message.Message, 16)
	k.mu.Lock()
	k.waiting[id] = answers
	k.mu.Unlock()
	defer func() {
		k.mu.Lock()
		delete(k.waiting, id)
		k.mu.Unlock()
		for { // the reader may be about to hand over one more
			select {
			case <-answers:
			default:
				return
			}
		}
	}()
	if err := k.send(ctx, id, kind, content); err != nil {
		return answer{}, problemf("websocket closed", "%w", err)
	}
	return k.await(ctx, answers, kind)
}

func (k *kernel) send(ctx context.Context, id, kind string, content any) error {
	text, err := json.Marshal(content)
	if err != nil {
		return err
	}
	header := message.Header{ID: id, Type: kind, Session: k.session, Username: "loadtest", Date: time.Now().UTC().Format(time.RFC3339Nano), Version: "5.3"}
	data, binary, err := message.Append(nil, message.Message{Channel: "shell", Header: header, Content: text}, k.conn.Subprotocol())
	if err != nil {
		return err
	}
	form := websocket.MessageText
	if binary {
		form = websocket.MessageBinary
	}
	return k.conn.Write(ctx, form, data)
}

func (k *kernel) await(ctx context.Context, answers <-chan message.Message, kind string) (a answer, err error) {
	for replied, idle := false, false; !replied || !idle; {
		select {
		case <-ctx.Done():
			return a, ctx.Err()
		case <-k.closed:
			if errors.Is(k.cause, errDied) {
				return a, problem{"kernel died", k.cause}
			}
			return a, problemf("websocket closed", "before the answer to %s: %w", kind, k.cause)
		case m := <-answers:
			var content struct {
				State  string `json:"execution_state"`
				Status string
				Text   string
				Name   string `json:"ename"`
				Data   struct {
					Text string `json:"text/plain"`
				}
			}
			_ = json.Unmarshal(m.Content, &content) // of other forms, nothing is asked
			a.output += content.Text + content.Data.Text
			switch {
			case m.Channel != "iopub":
				replied, a.status, a.name = true, content.Status, content.Name
			case m.Header.Type == "status" && content.State == "idle":
				idle = true
			}
		}
	}
	return a, nil
}

// run runs a cell, and returns what it printed.
func (k *kernel) run(ctx context.Context, code string) (output string, err error) {
	content := map[string]any{"code": code, "silent": false, "store_history": true, "user_expressions": struct{}{}, "allow_stdin": false, "stop_on_error": true}
	a, err := k.ask(ctx, "execute_request", content, cellTimeout)
	if err == nil && a.status != "ok" {
		err = problemf("cell ended with "+a.status, "%s: %s", a.name, code)
	}
	return a.output, err
}
