package app

import (
	"net"
	"sync"
	"syscall"

	"github.com/nbhosting/nbhosting/internal/handover"
)

// visitor is a connection of a client who asks for nothing at the moment.
type visitor struct {
	net.Conn
	gate string
}

// waiting is where visitors wait until it is known who serves them.
type waiting struct {
	mu   sync.Mutex
	here []visitor
	lead func([]visitor)
}

// take has a visitor wait, or leads them on.
func (w *waiting) take(v visitor) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.lead != nil {
		w.lead([]visitor{v})
		return
	}
	w.here = append(w.here, v)
}

// open leads on all who wait, and all to come.
func (w *waiting) open(lead func([]visitor)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	lead(w.here)
	w.here, w.lead = nil, lead
}

// visitorsAtOnce is how many are handed over with one message.
const visitorsAtOnce = 32

// sendVisitors hands visitors over to another program. Those that cannot be have to come again.
func sendVisitors(to *handover.Peer, all []visitor) error {
	var failure error
	for len(all) > 0 {
		some := all[:min(len(all), visitorsAtOnce)]
		all = all[len(some):]
		var gates []string
		var files []syscall.Conn
		for _, v := range some {
			if c, ok := v.Conn.(syscall.Conn); ok {
				gates, files = append(gates, v.gate), append(files, c)
			}
		}
		if err := to.Send(wordVisitors, gates, files...); err != nil {
			failure = err
		}
		for _, v := range some {
			v.Close()
		}
	}
	return failure
}

// admit serves a visitor whom another program has handed over, or this one was about to.
func (f *front) admit(v visitor) {
	if d, ok := f.doors[v.gate]; ok {
		d.Give(v.Conn)
		return
	}
	v.Close()
}
