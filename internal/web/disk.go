package web

import (
	"context"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/opening"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

// DiskUse is how much disk a workspace takes.
type DiskUse struct {
	Bytes   int64     `json:"bytes"`
	Files   int64     `json:"files"`
	Partial bool      `json:"partial,omitempty"` // there is more
	At      time.Time `json:"at"`                // when it was measured
}

// disks remembers how much disk workspaces take: to measure one is to read all its
// folders. Each is measured once at a time, whoever asks.
type disks struct {
	measure func(context.Context, nbhosting.Key) (workspace.Usage, error)

	mu    sync.Mutex
	known map[nbhosting.Key]DiskUse
	now   map[nbhosting.Key]bool // are measured
}

func newDisks(o *opening.Opener) *disks {
	measure := func(ctx context.Context, key nbhosting.Key) (workspace.Usage, error) {
		w, err := o.Workspaces.Existing(key)
		if err != nil {
			return workspace.Usage{}, err
		}
		return w.Use(ctx)
	}
	return &disks{measure: measure, known: map[nbhosting.Key]DiskUse{}, now: map[nbhosting.Key]bool{}}
}

const (
	diskFresh = 10 * time.Minute // a figure is good enough
	diskTime  = time.Second      // that one answer takes to measure
)

// fill sets how much disk each line's workspace takes: what is known, and what can
// be measured within a short time. Others come with the next answer.
func (d *disks) fill(ctx context.Context, lines []ServerLine) {
	ctx, cancel := context.WithTimeout(ctx, diskTime)
	defer cancel()
	for i := range lines {
		if use, ok := d.use(ctx, nbhosting.Key{Course: lines[i].Course, Student: lines[i].Student}); ok {
			lines[i].Disk = &use
		}
	}
}

// use returns how much disk a workspace takes, if that is known or can be measured before ctx ends.
func (d *disks) use(ctx context.Context, key nbhosting.Key) (DiskUse, bool) {
	known, ok, due := d.begin(ctx, key)
	if !due {
		return known, ok
	}
	begun := time.Now()
	counted, err := d.measure(ctx, key)
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.now, key)
	// One that takes too long is known as far as it was counted: others have their turn. One that
	// had its turn when the time was nearly over, or whose reader has gone, is as before.
	if err != nil && (counted.Bytes == 0 || time.Since(begun) < diskTime/2) {
		return known, ok
	}
	use := DiskUse{Bytes: counted.Bytes, Files: counted.Files, Partial: counted.Partial, At: time.Now()}
	d.forgetOld()
	d.known[key] = use
	return use, true
}

// begin returns what is known, and whether the caller is to measure now.
func (d *disks) begin(ctx context.Context, key nbhosting.Key) (known DiskUse, ok, due bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	known, ok = d.known[key]
	due = !(ok && time.Since(known.At) < diskFresh) && !d.now[key] && ctx.Err() == nil
	if due {
		d.now[key] = true
	}
	return known, ok, due
}

// maxDisks bounds how many figures are remembered.
const maxDisks = 10000

func (d *disks) forgetOld() {
	if len(d.known) < maxDisks {
		return
	}
	for key, use := range d.known {
		if time.Since(use.At) >= diskFresh {
			delete(d.known, key)
		}
	}
}
