package image

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/nbhosting/nbhosting"
)

// publicImages is where the Jupyter project publishes its images.
const publicImages = "quay.io/jupyter/"

func publicRef(name string) string { return publicImages + short(name) + ":latest" }

// stallLimit is how long a pull may be silent, where there is another way.
const stallLimit = 30 * time.Second

// chooseBase says what to build on, and sees to it that the public images are
// there if that is what it says.
func (b Builder) chooseBase(ctx context.Context, options Options, names []string) (string, error) {
	switch options.Base {
	case BaseDebian:
		return BaseDebian, nil
	case BasePublic:
		return BasePublic, b.havePublic(ctx, names, options.NoCache)
	case BaseAuto, "":
	default:
		return "", nbhosting.Errorf(nbhosting.Invalid, "A core image can be built on %s, %s or %s, not on %q.", BasePublic, BaseDebian, BaseAuto, options.Base)
	}
	// Who built on Debian packages once goes on without asking the registry again.
	if built, err := b.Engine.ImageExists(ctx, debianRef()); err != nil || built {
		return BaseDebian, err
	}
	err := b.havePublic(ctx, names, options.NoCache)
	if err == nil {
		return BasePublic, nil
	}
	if ctx.Err() != nil {
		return "", err
	}
	b.say("The public images cannot be had, so the core images are built on Debian packages: %v", err)
	return BaseDebian, nil
}

// havePublic pulls the public images under names that the engine lacks; with anew, all.
func (b Builder) havePublic(ctx context.Context, names []string, anew bool) error {
	for _, name := range names {
		ref := publicRef(name)
		if !anew {
			if exists, err := b.Engine.ImageExists(ctx, ref); err != nil {
				return err
			} else if exists {
				continue
			}
		}
		b.say("%s: pulling", ref)
		if err := b.pull(ctx, ref); err != nil {
			return err
		}
	}
	return nil
}

var errStalled = errors.New("the registry is silent")

// pull gives up when nothing comes for [stallLimit]: a firewall that drops packets is no answer.
func (b Builder) pull(ctx context.Context, ref string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	limit := time.AfterFunc(stallLimit, func() { cancel(errStalled) })
	defer limit.Stop()
	err := b.Engine.PullImage(ctx, ref, &pulse{w: b.Log, beat: func() { limit.Reset(stallLimit) }})
	if err != nil && errors.Is(context.Cause(ctx), errStalled) {
		return errors.Join(errStalled, err)
	}
	return err
}

// pulse calls beat at each write.
type pulse struct {
	w    io.Writer
	beat func()
}

func (p *pulse) Write(data []byte) (int, error) {
	p.beat()
	return p.w.Write(data)
}
