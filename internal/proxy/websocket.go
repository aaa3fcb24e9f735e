package proxy

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// upgrade serves the request for a websocket. When the server agrees, the two
// connections go on by themselves; the goroutine of the request is not kept.
func (x *exchange) upgrade() {
	p := x.p
	res, err := x.shakeHands()
	switch {
	case err != nil:
		p.fail(x.w, x.r, x.b, err)
		return
	case res.StatusCode != http.StatusSwitchingProtocols:
		p.decline(x, res)
		return
	}
	p.cleanAnswer(res.Header, x.r)
	res.Header.Set("Connection", "Upgrade")
	res.Header.Set("Upgrade", "websocket")
	client, ahead, err := hijack(x.w, res.Header)
	if err != nil {
		p.drop(x.c)
		p.log.Warn("websocket was not taken over", "server", string(x.b.target.ID), "err", err)
		panic(http.ErrAbortHandler)
	}
	p.join(x, client, ahead, res.Header.Get("Sec-Websocket-Protocol"))
}

// shakeHands asks the server for the websocket over a connection of its own.
func (x *exchange) shakeHands() (*http.Response, error) {
	c, err := x.p.connect(x.ctx, x.b, true)
	if err != nil {
		return nil, fmt.Errorf("connecting to the server: %w", err)
	}
	x.c = c
	x.request = appendHead(nil, x.r, x.uri, x.b.target.Token)
	x.request = append(x.request, "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"...)
	c.beginAnswer()
	c.allow(x.p.patience)
	res, err := x.askForSwitch()
	if err != nil {
		x.p.drop(c)
		return nil, err
	}
	c.endHead()
	return res, nil
}

func (x *exchange) askForSwitch() (*http.Response, error) {
	if _, err := x.c.Write(x.request); err != nil {
		return nil, fmt.Errorf("sending the handshake: %w", err)
	}
	res, err := http.ReadResponse(x.c.in, x.r)
	if err != nil {
		return nil, fmt.Errorf("reading the handshake: %w", plainError(err))
	}
	switched := res.StatusCode == http.StatusSwitchingProtocols
	if switched && !hasToken(res.Header["Upgrade"], "websocket") || !switched && res.StatusCode < 200 {
		return nil, errBadAnswer
	}
	return res, nil
}

// decline passes on the answer of a server that does not want the websocket.
func (p *Proxy) decline(x *exchange, res *http.Response) {
	buf := p.buffers.Get().(*[]byte)
	defer p.buffers.Put(buf)
	x.buf = *buf
	res.Close = true
	if err := x.answer(res); err != nil {
		p.abort(x.r, x.b, err)
	}
}

// hijack takes the client's connection over and writes the agreement to it. What
// the client has sent ahead of it is returned.
func hijack(w http.ResponseWriter, h http.Header) (client net.Conn, ahead []byte, err error) {
	client, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, nil, err
	}
	ahead = leftover(rw.Reader)
	if below, ok := client.(interface{ Socket() net.Conn }); ok {
		client = below.Socket() // what was read of it is in rw
	}
	if err := client.SetDeadline(time.Now().Add(closingGrace)); err != nil {
		client.Close()
		return nil, nil, err
	}
	_, _ = rw.WriteString("HTTP/1.1 101 Switching Protocols\r\n") // the failure of any comes with Flush
	_ = h.Write(rw)
	_, _ = rw.WriteString("\r\n")
	if err := errors.Join(rw.Flush(), client.SetDeadline(time.Time{})); err != nil {
		client.Close()
		return nil, nil, err
	}
	return client, ahead, nil
}

// leftover returns a copy of what is in r already, so that r can go.
func leftover(r *bufio.Reader) []byte {
	held, _ := r.Peek(r.Buffered())
	return append([]byte(nil), held...)
}
