package jupyter

import (
	"context"
	"fmt"
	"time"
)

// How often a starting server is asked, and for how long at most each time.
const (
	pollPause  = 25 * time.Millisecond
	tryTimeout = 5 * time.Second
	aliveEvery = 10 // tries
)

// Await returns when the server answers. It asks often: a student waits. Now and
// then it asks alive, too, which returns an error when there is nothing to wait for.
func (c *Client) Await(ctx context.Context, alive func(context.Context) error) error {
	for try := 1; ; try++ {
		tryCtx, cancel := context.WithTimeout(ctx, tryTimeout)
		_, err := c.Status(tryCtx)
		cancel()
		if err == nil {
			return nil
		}
		if try%aliveEvery == 0 {
			if err := alive(ctx); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w; last: %w", ctx.Err(), err)
		case <-time.After(pollPause):
		}
	}
}
