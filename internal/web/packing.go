package web

import (
	"sync"

	"github.com/nbhosting/nbhosting"
)

// mostPacked is how many zips of one workspace are made at a time. To make one takes a
// processor for as long as somebody reads it, and a file that is mostly holes, by many
// names, makes one without end.
const mostPacked = 2

// packing counts the zips that are being made.
type packing struct {
	mu sync.Mutex
	of map[nbhosting.Key]int
}

// begin is refused where enough are being made; else done is to be called at the end.
func (p *packing) begin(key nbhosting.Key) (done func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of[key] >= mostPacked {
		return nil, nbhosting.Errorf(nbhosting.Unavailable, "Your files are being downloaded already. Wait until that has ended, or stop it, then try again.")
	}
	if p.of == nil {
		p.of = map[nbhosting.Key]int{}
	}
	p.of[key]++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.of[key]--; p.of[key] == 0 {
			delete(p.of, key)
		}
	}, nil
}
