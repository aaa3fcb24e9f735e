package jupytertest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/nbhosting/nbhosting/internal/jupyter/message"
)

// client is one websocket of a kernel.
type client struct {
	conn     *websocket.Conn
	protocol string
	server   *Server
	kernel   *kernel
	session  string
}

// maxMessage bounds a message, in bytes.
const maxMessage = 32 << 20

func (s *Server) channels(w http.ResponseWriter, r *http.Request) error {
	k, err := s.kernel(r)
	if err != nil {
		return err
	}
	// Who may come is judged before: here the token has been shown.
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{message.Protocol}, InsecureSkipVerify: true})
	if err != nil {
		return nil // it has been answered
	}
	defer conn.CloseNow()
	conn.SetReadLimit(maxMessage)
	c := &client{conn: conn, protocol: conn.Subprotocol(), server: s, kernel: k, session: newID()}
	c.enter()
	defer c.leave()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	go func() {
		select {
		case <-k.ended:
			cancel()
		case <-ctx.Done():
		}
	}()
	c.listen(ctx)
	return nil
}

func (c *client) enter() {
	c.server.sockets.Add(1)
	c.kernel.mu.Lock()
	defer c.kernel.mu.Unlock()
	c.kernel.clients[c] = true
}

func (c *client) leave() {
	c.server.sockets.Add(-1)
	c.kernel.mu.Lock()
	defer c.kernel.mu.Unlock()
	delete(c.kernel.clients, c)
}

// listen answers messages, one after the other, until the client or the kernel goes.
func (c *client) listen(ctx context.Context) {
	for {
		_, data, err := c.conn.Read(ctx)
		if err != nil {
			return
		}
		m, err := message.Parse(data, c.protocol)
		if err != nil {
			fmt.Fprintln(c.server.output, err)
			return
		}
		if !c.hear(ctx, m) {
			return
		}
	}
}

// hear answers one message; false: there is nobody to answer any more.
func (c *client) hear(ctx context.Context, m message.Message) bool {
	switch m.Header.Type {
	case "kernel_info_request":
		return c.kernelInfo(ctx, m)
	case "execute_request":
		return c.execute(ctx, m)
	case "comm_info_request", "history_request", "complete_request", "inspect_request", "is_complete_request":
		reply := strings.TrimSuffix(m.Header.Type, "request") + "reply"
		return c.during(ctx, m, func() bool { return c.reply(ctx, m, reply, map[string]any{"status": "ok"}) })
	}
	return true
}

func (c *client) kernelInfo(ctx context.Context, m message.Message) bool {
	return c.during(ctx, m, func() bool {
		return c.reply(ctx, m, "kernel_info_reply", map[string]any{
			"status": "ok", "protocol_version": "5.3", "implementation": "fake", "implementation_version": "1", "banner": "",
			"language_info": map[string]string{"name": "python", "version": "3.11", "mimetype": "text/x-python", "file_extension": ".py"},
		})
	})
}

// during tells on both sides of an answer that the kernel works.
func (c *client) during(ctx context.Context, m message.Message, do func() bool) bool {
	return c.publish(ctx, m, "status", map[string]any{"execution_state": "busy"}) && do() &&
		c.publish(ctx, m, "status", map[string]any{"execution_state": "idle"})
}

func (c *client) execute(ctx context.Context, m message.Message) bool {
	faults := c.server.faults()
	switch {
	case faults.Drop:
		return false
	case faults.CellMute:
		return true
	}
	var content struct{ Code string }
	if json.Unmarshal(m.Content, &content) != nil || content.Code == DropCell {
		return false
	}
	k := c.kernel
	if content.Code == KillCell {
		return c.publish(ctx, message.Message{}, "status", map[string]any{"execution_state": "restarting"})
	}
	k.run.Lock()
	defer k.run.Unlock()
	k.mark(true)
	defer k.mark(false)
	c.server.touch()
	return c.during(ctx, m, func() bool {
		pause(ctx.Done(), faults.CellDelay+sleep(content.Code))
		return c.outcome(ctx, m, content.Code, faults.CellFails || raises(content.Code))
	})
}

// mark notes that a cell begins or ends.
func (k *kernel) mark(busy bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.busy, k.last = busy, time.Now()
	if busy {
		k.count++
	}
}

// outcome tells what became of a cell. What is printed as a text is, the rest has
// its own code as its value.
func (c *client) outcome(ctx context.Context, m message.Message, code string, failed bool) bool {
	c.kernel.mu.Lock()
	count := c.kernel.count
	c.kernel.mu.Unlock()
	if failed {
		wrong := map[string]any{"ename": "Fault", "evalue": "as it was told", "traceback": []string{"Fault: as it was told"}}
		if !c.publish(ctx, m, "error", wrong) {
			return false
		}
		wrong["status"], wrong["execution_count"] = "error", count
		return c.reply(ctx, m, "execute_reply", wrong)
	}
	told := true
	if found := printed.FindStringSubmatch(code); found != nil {
		told = c.publish(ctx, m, "stream", map[string]any{"name": "stdout", "text": found[1] + "\n"})
	} else {
		value := map[string]string{"text/plain": strconv.Quote(code)}
		told = c.publish(ctx, m, "execute_result", map[string]any{"execution_count": count, "data": value, "metadata": map[string]any{}})
	}
	return told && c.reply(ctx, m, "execute_reply", map[string]any{"status": "ok", "execution_count": count, "user_expressions": map[string]any{}, "payload": []int{}})
}

var (
	printed = regexp.MustCompile(`^\s*print\(["']([^"']*)["']\)`)
	sleeps  = regexp.MustCompile(`\bsleep\(([0-9.]{1,6})\)`)
)

// sleep returns for how many milliseconds a cell says that it sleeps.
func sleep(code string) int {
	found := sleeps.FindStringSubmatch(code)
	if found == nil {
		return 0
	}
	seconds, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		return 0
	}
	return int(seconds * 1000)
}

func raises(code string) bool { return strings.HasPrefix(strings.TrimSpace(code), "raise ") }

func (c *client) publish(ctx context.Context, to message.Message, kind string, content any) bool {
	c.kernel.mu.Lock()
	var all []*client
	for one := range c.kernel.clients {
		all = append(all, one)
	}
	c.kernel.mu.Unlock()
	good := true
	for _, one := range all {
		if !one.send(ctx, "iopub", to, kind, content) && one == c {
			good = false
		}
	}
	return good
}

func (c *client) reply(ctx context.Context, to message.Message, kind string, content any) bool {
	return c.send(ctx, to.Channel, to, kind, content)
}

func (c *client) send(ctx context.Context, channel string, to message.Message, kind string, content any) bool {
	text, err := json.Marshal(content)
	if err != nil {
		return false
	}
	header := message.Header{ID: newID(), Type: kind, Session: c.session, Username: "fake", Date: stamp(time.Now()), Version: "5.3"}
	data, binary, err := message.Append(nil, message.Message{Channel: channel, Header: header, Parent: to.Header, Content: text}, c.protocol)
	if err != nil {
		return false
	}
	form := websocket.MessageText
	if binary {
		form = websocket.MessageBinary
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return c.conn.Write(ctx, form, data) == nil
}
