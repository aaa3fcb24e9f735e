package main

import (
	"fmt"
	"net"
	"time"
)

const idleSockets = 5000

// measureMemory prints what an idle websocket costs a proxy, by the growth of
// its resident memory: as it comes, and once it has tidied up.
func measureMemory(socket string) error {
	fmt.Printf("\n%-42s%12s%20s\n", fmt.Sprintf("KB per websocket, %d of them, idle", idleSockets), "as it comes", "garbage collected")
	for _, kind := range []string{kindOurs, kindStdlib} {
		asItComes, tidied, err := memoryOf(kind, socket)
		if err != nil {
			return fmt.Errorf("memory of %s: %w", kind, err)
		}
		fmt.Printf("%-42s%12.1f%20.1f\n", kind, asItComes/1e3, tidied/1e3)
	}
	return nil
}

// memoryOf returns bytes per websocket of a proxy that has just been started,
// after a message has gone each way on every one.
func memoryOf(kind, socket string) (asItComes, tidied float64, err error) {
	p, err := start(kind, socket)
	if err != nil {
		return 0, 0, err
	}
	defer p.stop()
	if _, err := repeat(p.addr, manyConns, openWebsocket, roundTrip); err != nil { // what is needed once
		return 0, 0, err
	}
	if err := p.tidy(); err != nil {
		return 0, 0, err
	}
	before, err := p.resident()
	if err != nil {
		return 0, 0, err
	}
	for range idleSockets {
		c, err := openOne(p.addr)
		if err != nil {
			return 0, 0, err
		}
		defer c.Close()
	}
	time.Sleep(time.Second) // to be idle
	after, err := p.resident()
	if err != nil {
		return 0, 0, err
	}
	if err := p.tidy(); err != nil {
		return 0, 0, err
	}
	least, err := p.resident()
	return (after - before) / idleSockets, (least - before) / idleSockets, err
}

// openOne opens a websocket, uses it once, and keeps the connection only.
func openOne(addr string) (net.Conn, error) {
	c, err := connect(addr)
	if err != nil {
		return nil, err
	}
	if err := openWebsocket(c); err != nil {
		return nil, err
	}
	return c.Conn, roundTrip(c)
}
