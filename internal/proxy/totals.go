package proxy

import (
	"net/http"
	"strings"
	"sync/atomic"
)

// Totals are figures of a proxy since it began, of all servers together.
type Totals struct {
	Requests map[Class]uint64 // that reached a server
	Refused  uint64           // requests that were let through to none
	Failed   uint64           // of Requests, those that the server did not answer, or not to the end

	InFlight   int    // requests under way, handshakes of websockets among them
	Websockets int    // open
	Opened     uint64 // websockets, open or not any more
	Executes   uint64 // cells that were run
	Saves      uint64

	BytesUp, BytesDown uint64 // bodies and websockets: to the servers, to the browsers
}

// Class is a kind of requests.
type Class uint8

const (
	Pages      Class = iota // what people look at
	Assets                  // scripts, pictures, files of the workspace as they are
	Contents                // files of the workspace as notebooks, and lists of them
	API                     // the rest of what programs ask for
	Handshakes              // of websockets
	numClasses
)

func (c Class) String() string {
	return [numClasses]string{"page", "asset", "contents", "api", "websocket"}[c]
}

// counters are what Totals are made of.
type counters struct {
	requests                  [numClasses]atomic.Uint64
	refused, failed, opened   atomic.Uint64
	executes, saves, up, down atomic.Uint64
}

// assetPaths begin the paths of assets, after a server's base path.
var assetPaths = []string{"static/", "files/", "custom/", "kernelspecs/", "nbextensions/", "lab/static/", "lab/extensions/", "lab/api/themes/", "favicon.ico"}

// classOf returns the class of a request by its path after the server's base path.
func classOf(r *http.Request, rest string) Class {
	switch {
	case isWebsocket(r):
		return Handshakes
	case strings.HasPrefix(rest, contentsAPI):
		return Contents
	}
	for _, path := range assetPaths {
		if strings.HasPrefix(rest, path) {
			return Assets
		}
	}
	if strings.HasPrefix(rest, "api/") || strings.HasPrefix(rest, "lab/api/") {
		return API
	}
	return Pages
}

// Totals returns the figures of now.
func (p *Proxy) Totals() Totals {
	c := &p.counters
	t := Totals{
		Requests: map[Class]uint64{}, Refused: c.refused.Load(), Failed: c.failed.Load(), Opened: c.opened.Load(),
		Executes: c.executes.Load(), Saves: c.saves.Load(), BytesUp: c.up.Load(), BytesDown: c.down.Load(),
	}
	for class := range numClasses {
		t.Requests[class] = c.requests[class].Load()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range p.backends {
		t.InFlight += b.active
		t.Websockets += len(b.tunnels)
	}
	return t
}
