// Command openings measures how long a student waits for a notebook, against
// the least that the same container engine and image can do: "docker run" and
// Jupyter's first answer.
//
// Both are measured in turn on the same machine, 1, 10 and 30 at once, and
// printed as ratios. It needs bin/nbhosting, a Docker engine and the image.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/nbhosting/nbhosting/bench/bare"
	"github.com/nbhosting/nbhosting/bench/site"
)

func main() {
	image := flag.String("image", "nbhosting/minimal-notebook", "`image` that the servers run in")
	binary := flag.String("binary", "bin/nbhosting", "the `program` to measure")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *binary, *image); err != nil {
		fmt.Fprintln(os.Stderr, "openings:", err)
		os.Exit(1)
	}
}

const notebook = `{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`

// rounds says how often each number of simultaneous openings is measured.
var rounds = []struct{ atOnce, times int }{{1, 5}, {10, 2}, {30, 1}}

func run(ctx context.Context, binary, image string) error {
	s, err := site.Start(ctx, binary, image, map[string][]byte{"intro.ipynb": []byte(notebook)})
	if err != nil {
		return err
	}
	defer s.Close()
	b, err := bare.New(image, false)
	if err != nil {
		return err
	}
	defer b.Close()
	fmt.Println("openings: click to notebook, against docker run and Jupyter's first answer")
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "at once\tbare p50\tbare last\tcold p50\tcold last\tratio p50\tratio last\twarm p50\tof bare answer\t")
	for _, r := range rounds {
		row, err := measure(ctx, s, b, r.atOnce, r.times)
		if err != nil {
			return err
		}
		fmt.Fprintln(t, row)
		t.Flush()
	}
	return measureAgain(ctx, s)
}

// measure starts bare containers and opens notebooks in turn.
func measure(ctx context.Context, s *site.Site, b *bare.Engine, atOnce, times int) (string, error) {
	open := func(ctx context.Context, i int) error {
		_, err := s.Open(ctx, "intro", fmt.Sprintf("student%d", i))
		return err
	}
	var bareTimes, coldTimes, warmTimes, answers series
	for range times {
		for _, one := range []struct {
			to *series
			do func(context.Context, int) error
		}{{&bareTimes, b.Start}, {&answers, b.Answer}, {&coldTimes, open}, {&warmTimes, open}} {
			if err := one.to.add(ctx, atOnce, one.do); err != nil {
				return "", err
			}
		}
		if err := b.StopAll(); err != nil {
			return "", err
		}
		if err := s.StopAll(ctx); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d\t%s\t%s\t%s\t%s\t%.2f\t%.2f\t%s\t%.1f\t", atOnce,
		show(bareTimes.p50()), show(bareTimes.last()), show(coldTimes.p50()), show(coldTimes.last()),
		ratio(coldTimes.p50(), bareTimes.p50()), ratio(coldTimes.last(), bareTimes.last()),
		show(warmTimes.p50()), ratio(warmTimes.p50(), answers.p50())), nil
}

// series is how long things took that were done at once, round by round.
type series struct {
	each []time.Duration // of all rounds
	max  []time.Duration // of each round
}

// add does n things at once and notes how long each took.
func (s *series) add(ctx context.Context, n int, do func(context.Context, int) error) error {
	took := make([]time.Duration, n)
	g, ctx := errgroup.WithContext(ctx)
	for i := range n {
		g.Go(func() error {
			begun := time.Now()
			err := do(ctx, i)
			took[i] = time.Since(begun)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	s.each = append(s.each, took...)
	s.max = append(s.max, slices.Max(took))
	return nil
}

func (s *series) p50() time.Duration { return median(s.each) }

func (s *series) last() time.Duration { return median(s.max) }

func median(all []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

func show(d time.Duration) string { return fmt.Sprintf("%.0f ms", d.Seconds()*1000) }
