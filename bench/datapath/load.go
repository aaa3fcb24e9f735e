package main

import (
	"bytes"
	"fmt"
	"net"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"
)

const manyConns = 64

// client is a connection that sends prepared requests and reads the answers,
// with as little work as can be: the client shares the machine with the proxy.
type client struct {
	net.Conn
	buf []byte
}

func connect(addr string) (*client, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &client{c, make([]byte, 64<<10)}, c.SetDeadline(time.Now().Add(30 * time.Second))
}

func request(method, path, more string) []byte {
	return []byte(method + " " + basePath + path + " HTTP/1.1\r\nHost: nb.example.org\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n" +
		"Accept: application/json\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: fr\r\nCookie: _xsrf=2|d1f8|a; session=abcdef\r\n" + more + "\r\n")
}

// readAnswer reads an answer to its end and returns the length of its body.
func (c *client) readAnswer() (int, error) {
	held := 0
	head, rest, err := readHead(c, c.buf, &held)
	if err != nil {
		return 0, err
	}
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 200 ")) {
		return 0, fmt.Errorf("answer %q", head)
	}
	_, length, _ := bytes.Cut(head, []byte("Content-Length: "))
	length, _, _ = bytes.Cut(length, []byte("\r\n"))
	size, err := strconv.Atoi(string(length))
	if err != nil {
		return 0, err
	}
	return size, discard(c, c.buf, size-len(rest))
}

// repeat does something over and over on each of n connections, for a turn, and
// returns how often in a second it was done.
func repeat(addr string, n int, prepare, once func(*client) error) (float64, error) {
	var clients []*client
	for range n {
		c, err := connect(addr)
		if err != nil {
			return 0, err
		}
		defer c.Close()
		if err := prepare(c); err != nil {
			return 0, err
		}
		clients = append(clients, c)
	}
	counts := make([]int, n)
	began := time.Now()
	var all errgroup.Group
	for i, c := range clients {
		all.Go(func() error {
			for time.Since(began) < turn {
				if err := once(c); err != nil {
					return err
				}
				counts[i]++
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		return 0, err
	}
	sum := 0
	for _, n := range counts {
		sum += n
	}
	return float64(sum) / time.Since(began).Seconds(), nil
}

func smallRequests(addr string) ([]float64, error) {
	get := request("GET", pathSmall, "")
	once := func(c *client) error {
		if _, err := c.Write(get); err != nil {
			return err
		}
		n, err := c.readAnswer()
		if err == nil && n != smallSize {
			err = fmt.Errorf("an answer of %d bytes", n)
		}
		return err
	}
	rate, err := repeat(addr, manyConns, once, once)
	return []float64{rate}, err
}

func downloads(addr string) ([]float64, error) {
	get := request("GET", pathLarge, "")
	once := func(c *client) error {
		if _, err := c.Write(get); err != nil {
			return err
		}
		_, err := c.readAnswer()
		return err
	}
	rate, err := repeat(addr, 1, once, once)
	return []float64{rate * largeSize / 1e6}, err
}

func uploads(addr string) ([]float64, error) {
	put := request("PUT", pathUpload, "Content-Length: "+strconv.Itoa(largeSize)+"\r\n")
	piece := make([]byte, 1<<20)
	once := func(c *client) error {
		if _, err := c.Write(put); err != nil {
			return err
		}
		for sent := 0; sent < largeSize; sent += len(piece) {
			if _, err := c.Write(piece); err != nil {
				return err
			}
		}
		_, err := c.readAnswer()
		return err
	}
	rate, err := repeat(addr, 1, once, once)
	return []float64{rate * largeSize / 1e6}, err
}
