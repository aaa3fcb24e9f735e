package main

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// addresses returns those of the program's host, without loopback.
func addresses() []string {
	var all []string
	found, _ := net.InterfaceAddrs()
	for _, a := range found {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.IsGlobalUnicast() {
			all = append(all, ip.IP.String())
		}
	}
	return all
}

// listen accepts TCP connections from now on; it answers with the port.
func listen(w http.ResponseWriter, _ *http.Request) {
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		answer(w, "", err)
		return
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	answer(w, strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil)
}

// dial tells whether a TCP connection to an address can be made.
func dial(w http.ResponseWriter, r *http.Request) {
	conn, err := net.DialTimeout("tcp", r.FormValue("address"), 2*time.Second)
	if err == nil {
		conn.Close()
	}
	answer(w, "", err)
}
