package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

const (
	smallSize = 1 << 10  // bytes of a small answer
	largeSize = 10 << 20 // bytes of a large body
)

// What the server is asked for, after the base path.
const (
	pathSmall  = "small"
	pathLarge  = "large"
	pathUpload = "upload"
	pathEcho   = "api/kernels/0/channels"
)

// serve answers on a unix socket and on a TCP port, until its input ends.
func serve(socket string) error {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	unix, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	for _, l := range []net.Listener{tcp, unix} {
		go accept(l)
	}
	fmt.Println(tcp.Addr())
	obey(func() {})
	return nil
}

func accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			answer(c)
		}()
	}
}

// answer knows just as much of HTTP as the client and the proxies need.
func answer(c net.Conn) {
	small := []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(smallSize) + "\r\n\r\n" + strings.Repeat("x", smallSize))
	large := bytes.Repeat([]byte{'x'}, 1<<20)
	buf := make([]byte, 64<<10)
	held := 0
	for {
		head, rest, err := readHead(c, buf, &held)
		if err != nil {
			return
		}
		path, _, _ := strings.Cut(strings.TrimPrefix(string(head[bytes.IndexByte(head, ' ')+1:]), basePath), " ")
		switch path {
		case pathSmall:
			_, err = c.Write(small)
		case pathLarge:
			err = sendLarge(c, large)
		case pathUpload:
			if err = discard(c, buf, largeSize-len(rest)); err == nil {
				_, err = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			}
			held = 0
		case pathEcho:
			echo(c)
			return
		default:
			err = fmt.Errorf("unknown path %q", path)
		}
		if err != nil {
			return
		}
	}
}

// readHead reads up to an empty line. What comes after it is returned as rest,
// and belongs to the body: nobody sends two requests at once here.
func readHead(c net.Conn, buf []byte, held *int) (head, rest []byte, err error) {
	*held = 0
	for {
		n, err := c.Read(buf[*held:])
		if err != nil {
			return nil, nil, err
		}
		*held += n
		if end := bytes.Index(buf[:*held], []byte("\r\n\r\n")); end >= 0 {
			return buf[:end], buf[end+4 : *held], nil
		}
	}
}

func sendLarge(c net.Conn, piece []byte) error {
	if _, err := fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n", largeSize); err != nil {
		return err
	}
	for sent := 0; sent < largeSize; sent += len(piece) {
		if _, err := c.Write(piece); err != nil {
			return err
		}
	}
	return nil
}

func discard(c net.Conn, buf []byte, left int) error {
	for left > 0 {
		n, err := c.Read(buf[:min(len(buf), left)])
		if err != nil {
			return err
		}
		left -= n
	}
	return nil
}

// echo agrees to a websocket and sends each cell back.
func echo(c net.Conn) {
	if _, err := io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: "+cellProtocol+"\r\n\r\n"); err != nil {
		return
	}
	in := make([]byte, cellHead+4+len(cell))
	out := append(appendCellHead(nil, 0), cell...)
	for {
		if _, err := io.ReadFull(c, in); err != nil {
			return
		}
		for i, b := range in[cellHead+4:] {
			out[cellHead+i] = b ^ in[cellHead+i%4]
		}
		if _, err := c.Write(out); err != nil {
			return
		}
	}
}
