package monitor

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/jupyter"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

// watched is what is known of a server from looking at it. Its times have the
// monotonic clock's reading: changes of the host's clock do not touch them.
type watched struct {
	first time.Time     // when it was first looked at
	age   time.Duration // that it had then

	looked  bool // it was
	usage   runtime.Usage
	usedAt  time.Time // when that was
	rate    float64   // cores that it used between the last two looks
	worked  time.Time // when it was last seen to use the processor
	kernels []jupyter.Kernel

	busy     time.Time // since when a kernel is; zero: none is
	silent   time.Time // since when Jupyter does not answer; zero: it does
	paused   time.Time // since when it is; zero: it is not
	outdated bool      // its image was built anew

	kept      time.Time // when its student last asked for more time
	keepUntil time.Time
}

const (
	looksAtOnce = 16
	lookTimeout = 5 * time.Second // of one question
	// workingRate is how many cores something uses that works. A server that merely has pages
	// open uses less than a fifth of it.
	workingRate = 0.05
)

// seen is what one look at a server found.
type seen struct {
	server   nbhosting.Server
	at       time.Time
	state    runtime.State
	usage    runtime.Usage
	usageErr error
	kernels  []jupyter.Kernel
	silence  error // why Jupyter did not answer
	image    string
}

// Look looks at all servers, and mends what differs between what is known and
// what runs. It stops nothing that is in order.
func (m *Monitor) Look(ctx context.Context) {
	m.looking.Lock()
	defer m.looking.Unlock()
	running, err := m.Servers.Reconcile(ctx)
	if err != nil {
		if ctx.Err() == nil {
			m.Logger.Warn("the servers cannot be looked at", "err", err)
		}
		return
	}
	images := m.imagesOf(ctx)
	var g errgroup.Group
	g.SetLimit(looksAtOnce)
	for _, s := range m.Servers.Servers() {
		instance, there := running[s.ID]
		if s.State != nbhosting.Ready || !there {
			continue
		}
		g.Go(func() error {
			found := m.lookAt(ctx, s, instance.State)
			found.image = images[s.Image]
			if ctx.Err() == nil { // or that is why nothing answered
				m.note(found)
			}
			return nil
		})
	}
	_ = g.Wait() // there is none
	m.forgetGone()
}

// imagesOf returns the ids that the images of the servers have now. What cannot
// be told is left out.
func (m *Monitor) imagesOf(ctx context.Context) map[string]string {
	ids := map[string]string{}
	for _, s := range m.Servers.Servers() {
		if _, asked := ids[s.Image]; asked {
			continue
		}
		askCtx, cancel := context.WithTimeout(ctx, lookTimeout)
		ids[s.Image], _ = m.Servers.ImageID(askCtx, s.Image)
		cancel()
	}
	return ids
}

// lookAt asks the runtime and Jupyter about a server, at the same time.
func (m *Monitor) lookAt(ctx context.Context, s nbhosting.Server, state runtime.State) seen {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	found := seen{server: s, state: state}
	var both sync.WaitGroup
	both.Go(func() { found.usage, found.usageErr = m.Servers.Usage(ctx, s) })
	if state == runtime.Running { // who is paused cannot answer
		both.Go(func() { found.kernels, found.silence = m.Servers.Kernels(ctx, s) })
	}
	both.Wait()
	found.at = time.Now()
	return found
}

func (m *Monitor) note(found seen) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.watch(found.server)
	wasSilent := !w.silent.IsZero()
	w.note(found)
	if !wasSilent && !w.silent.IsZero() {
		m.Logger.Warn("jupyter does not answer", "id", found.server.ID, "course", found.server.Key.Course, "student", found.server.Key.Student, "err", found.silence)
	}
}

// watch returns what is known of a server, with mu held.
func (m *Monitor) watch(s nbhosting.Server) *watched {
	w := m.watched[s.ID]
	if w == nil {
		w = &watched{first: time.Now(), age: max(time.Since(s.StartedAt), 0)}
		m.watched[s.ID] = w
	}
	return w
}

func (w *watched) note(found seen) {
	w.looked = true
	since(&w.paused, found.state == runtime.Paused, found.at)
	since(&w.silent, found.silence != nil, found.at)
	if found.state == runtime.Running && found.silence == nil {
		w.kernels = found.kernels
		since(&w.busy, slices.ContainsFunc(found.kernels, jupyter.Kernel.Busy), found.at)
	}
	if found.usageErr != nil {
		return
	}
	if !w.usedAt.IsZero() {
		w.rate = max(0, (found.usage.CPU-w.usage.CPU).Seconds()) / max(found.at.Sub(w.usedAt).Seconds(), 0.001)
		if w.rate >= workingRate {
			w.worked = found.at
		}
	}
	w.usage, w.usedAt = found.usage, found.at
	w.outdated = found.image != "" && found.usage.Image != "" && found.image != found.usage.Image
}

// since keeps in at when something began to hold.
func since(at *time.Time, holds bool, now time.Time) {
	switch {
	case !holds:
		*at = time.Time{}
	case at.IsZero():
		*at = now
	}
}

// forgetGone drops what is known of servers that are not there any more.
func (m *Monitor) forgetGone() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id := range m.watched {
		if _, ready := m.Servers.Lookup(id); !ready {
			delete(m.watched, id)
		}
	}
	m.looked = time.Now()
}
