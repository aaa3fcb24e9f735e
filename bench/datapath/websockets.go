package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"time"
)

// openWebsocket makes a websocket of a connection.
func openWebsocket(c *client) error {
	if _, err := c.Write(request("GET", pathEcho, "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: "+cellProtocol+"\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")); err != nil {
		return err
	}
	held := 0
	head, _, err := readHead(c, c.buf, &held)
	if err == nil && !bytes.HasPrefix(head, []byte("HTTP/1.1 101 ")) {
		err = fmt.Errorf("answer %q", head)
	}
	return err
}

// roundTrip sends a message and reads it back.
func roundTrip(c *client) error {
	const mask = "mask"
	out := append(appendCellHead(c.buf[:0], 0x80), mask...)
	for i, b := range cell {
		out = append(out, b^mask[i%4])
	}
	if _, err := c.Write(out); err != nil {
		return err
	}
	_, err := io.ReadFull(c, c.buf[len(out):len(out)+cellHead+len(cell)])
	return err
}

// echoLatency returns the median and the 99th percentile of round trips, one at
// a time, in microseconds.
func echoLatency(addr string) ([]float64, error) {
	var took []time.Duration
	once := func(c *client) error {
		began := time.Now()
		err := roundTrip(c)
		took = append(took, time.Since(began))
		return err
	}
	if _, err := repeat(addr, 1, openWebsocket, once); err != nil {
		return nil, err
	}
	slices.Sort(took)
	micros := func(share float64) float64 {
		return float64(took[int(share*float64(len(took)-1))].Nanoseconds()) / 1e3
	}
	return []float64{micros(0.50), micros(0.99)}, nil
}

func echoRate(addr string) ([]float64, error) {
	rate, err := repeat(addr, manyConns, openWebsocket, roundTrip)
	return []float64{rate}, err
}
