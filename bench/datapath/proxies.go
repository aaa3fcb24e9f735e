package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/proxy"
)

const (
	kindOurs   = "nbhosting"
	kindStdlib = "stdlib"

	serverID = "one"
	secret   = "0123456789abcdef0123456789abcdef"
	token    = "fedcba9876543210fedcba9876543210"
	basePath = nbhosting.ServerPrefix + serverID + "/" + secret + "/"
)

// serveProxy is a proxy before the server on socket, until its input ends.
func serveProxy(kind, socket string) error {
	dial := func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}
	handler := stdlibProxy(dial)
	if kind == kindOurs {
		handler = proxy.New(proxy.Options{
			Targets: target{ID: serverID, Secret: secret, Token: token, Dial: dial},
			Logger:  slog.New(slog.NewTextHandler(os.Stderr, nil)),
		})
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 20 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	go func() { _ = server.Serve(l) }() // it ends with the process
	fmt.Println(l.Addr())
	obey(debug.FreeOSMemory)
	return nil
}

type target proxy.Target

func (t target) Target(id nbhosting.ServerID) (proxy.Target, bool) {
	return proxy.Target(t), id == t.ID
}

// stdlibProxy is what one would write with the standard library alone.
func stdlibProxy(dial func(context.Context) (net.Conn, error)) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: "server"})
			r.Out.Header.Set("Authorization", "token "+token)
		},
		Transport: &http.Transport{
			DialContext:         func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
			MaxIdleConnsPerHost: 64,
			DisableCompression:  true,
		},
		BufferPool: &bufferPool{},
	}
}

type bufferPool struct{ pool sync.Pool }

func (b *bufferPool) Get() []byte {
	if buf, ok := b.pool.Get().(*[]byte); ok {
		return *buf
	}
	return make([]byte, 64<<10)
}

func (b *bufferPool) Put(buf []byte) { b.pool.Put(&buf) }
