package docker

import (
	"context"
	"fmt"
	"io"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"
)

// printer copies what a container prints. It is attached before the container
// starts, so that nothing is lost; what the engine keeps of the output is bounded.
type printer struct {
	client *client.Client
	out    io.Writer

	attached *client.HijackedResponse
	done     chan struct{} // closed when all is copied, or it cannot be
	err      error         // of out; to be read once done is closed
}

// attach begins to copy, and ends what an earlier attempt began.
func (p *printer) attach(ctx context.Context, id string) error {
	p.stop()
	attached, err := p.client.ContainerAttach(ctx, id, client.ContainerAttachOptions{Stream: true, Stdout: true, Stderr: true})
	if err != nil {
		return failed(err, "follow the output of container", id)
	}
	p.attached, p.done = &attached.HijackedResponse, make(chan struct{})
	go p.copy()
	return nil
}

// copy leaves it to whoever waits for the container to find out that the engine has gone.
func (p *printer) copy() {
	defer close(p.done)
	out := &writer{w: p.out}
	_, _ = stdcopy.StdCopy(out, out, p.attached.Reader)
	if out.err != nil {
		p.err = fmt.Errorf("write the output: %w", out.err)
	}
}

// stop ends the copying and waits until it has ended.
func (p *printer) stop() {
	if p.attached != nil {
		p.attached.Close()
		<-p.done
	}
}

// writer remembers that it failed.
type writer struct {
	w   io.Writer
	err error
}

func (w *writer) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	if err != nil {
		w.err = err
	}
	return n, err
}
