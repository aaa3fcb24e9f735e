package web

import (
	"context"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

// DiskUse is how much disk a workspace takes.
type DiskUse struct {
	Bytes   int64     `json:"bytes"`
	Files   int64     `json:"files"`
	Partial bool      `json:"partial,omitempty"` // there is more
	At      time.Time `json:"at"`                // when it was measured
}

// disks remembers how much disk workspaces take: to measure one is to read all its folders.
type disks struct {
	mu    sync.Mutex
	known map[nbhosting.Key]DiskUse
}

const (
	diskFresh = 10 * time.Minute // a figure is good enough
	diskTime  = time.Second      // that one answer takes to measure
)

// fill sets how much disk each line's workspace takes: what is known, and what can
// be measured within a short time. Others come with the next answer.
func (d *disks) fill(ctx context.Context, ws *workspace.Workspaces, lines []ServerLine) {
	ctx, cancel := context.WithTimeout(ctx, diskTime)
	defer cancel()
	for i := range lines {
		key := nbhosting.Key{Course: lines[i].Course, Student: lines[i].Student}
		if use, ok := d.use(ctx, ws, key); ok {
			lines[i].Disk = &use
		}
	}
}

func (d *disks) use(ctx context.Context, ws *workspace.Workspaces, key nbhosting.Key) (DiskUse, bool) {
	d.mu.Lock()
	known, ok := d.known[key]
	d.mu.Unlock()
	if ok && time.Since(known.At) < diskFresh || ctx.Err() != nil {
		return known, ok
	}
	w, err := ws.Existing(key)
	if err != nil {
		return DiskUse{}, false
	}
	counted, err := w.Use(ctx)
	if err != nil && counted.Bytes == 0 {
		return known, ok
	}
	// One that is not counted in time is known as far as that: others have their turn.
	use := DiskUse{Bytes: counted.Bytes, Files: counted.Files, Partial: counted.Partial, At: time.Now()}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forgetOld()
	d.known[key] = use
	return use, true
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
