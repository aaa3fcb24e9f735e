package main

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// times are how long each of several took, sorted.
type times []time.Duration

// at returns the duration that a share of them does not exceed.
func (t times) at(share float64) time.Duration {
	return t[min(int(share*float64(len(t))), len(t)-1)].Round(time.Millisecond)
}

// paced does n things that begin evenly spread over a time, and notes how long each took.
func paced(ctx context.Context, n int, over time.Duration, do func(context.Context, int) error) (times, error) {
	took := make(times, n)
	all, ctx := errgroup.WithContext(ctx)
	for i := range n {
		all.Go(func() error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(over * time.Duration(i) / time.Duration(n)):
			}
			begun := time.Now()
			err := do(ctx, i)
			took[i] = time.Since(begun)
			return err
		})
	}
	err := all.Wait()
	slices.Sort(took)
	return took, err
}
