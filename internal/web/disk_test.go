package web_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/web"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

// disk is a workspace of which a kilobyte is counted every tenth of a second.
type disk struct {
	kilobytes int64
	measured  int
}

func (d *disk) measure(ctx context.Context, _ nbhosting.Key) (workspace.Usage, error) {
	d.measured++
	var u workspace.Usage
	for ; u.Files < d.kilobytes; u.Files++ {
		select {
		case <-ctx.Done():
			u.Partial = true
			return u, ctx.Err()
		case <-time.After(100 * time.Millisecond):
			u.Bytes += 1024
		}
	}
	return u, nil
}

func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// TestWhoHadNoTimeIsNotTakenForSmall: a figure is not replaced by what was counted of it in a moment.
func TestWhoHadNoTimeIsNotTakenForSmall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{kilobytes: 5}
		use := web.DiskUses(d.measure)
		if got, ok := use(within(t, 250*time.Millisecond), nbhosting.Key{}); ok {
			t.Errorf("what was counted in a moment is told as %+v", got)
		}
		if got, ok := use(within(t, time.Second), nbhosting.Key{}); !ok || got.Bytes != 5*1024 || got.Partial {
			t.Errorf("given the time: %+v, %t", got, ok)
		}
		time.Sleep(time.Hour)
		if got, ok := use(within(t, 250*time.Millisecond), nbhosting.Key{}); !ok || got.Bytes != 5*1024 || got.Partial {
			t.Errorf("an old figure, and a moment: %+v, %t", got, ok)
		}
	})
}

func TestWhatIsTooLargeHasItsTurnOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{kilobytes: 1 << 40}
		use := web.DiskUses(d.measure)
		for range 3 {
			if got, ok := use(within(t, time.Second), nbhosting.Key{}); !ok || got.Bytes < 9*1024 || !got.Partial {
				t.Errorf("got %+v, %t", got, ok)
			}
		}
		if d.measured != 1 {
			t.Errorf("it was measured %d times", d.measured)
		}
	})
}

// TestManyPagesMeasureOnce has the pages of one course that are open all ask at once.
func TestManyPagesMeasureOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{kilobytes: 5}
		use := web.DiskUses(d.measure)
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() { use(within(t, time.Second), nbhosting.Key{}) })
		}
		all.Wait()
		if got, ok := use(t.Context(), nbhosting.Key{}); !ok || got.Bytes != 5*1024 || d.measured != 1 {
			t.Errorf("got %+v, %t, measured %d times", got, ok, d.measured)
		}
	})
}
