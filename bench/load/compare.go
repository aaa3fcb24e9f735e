package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/nbhosting/nbhosting/bench/site"
)

// rounds is how often each way is measured, in turn with the others.
const rounds = 3

// way is one way to get many servers started.
type way struct {
	what     string
	measure  func(context.Context) (p50, max time.Duration, err error)
	p50, max []time.Duration
}

// compare prints how long it takes from arrival to Jupyter's first answer: at the
// site, and by docker run alone, in the ways that tell apart what makes the difference.
func (b bench) compare(ctx context.Context) error {
	const students = 30
	s, err := site.Start(ctx, b.binary, b.image, course())
	if err != nil {
		return err
	}
	defer s.Close()
	ways := []*way{
		{what: "the site, click to notebook", measure: func(ctx context.Context) (p50, max time.Duration, err error) { return clicks(ctx, s, students) }},
		b.alone("docker run of start.py, as many at a time", true, max(2, runtime.NumCPU()), students),
		b.alone("docker run of start.py, all as they come", true, students, students),
		b.alone("docker run of jupyter-lab, all as they come", false, students, students),
	}
	for range rounds {
		for _, w := range ways {
			p50, longest, err := w.measure(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", w.what, err)
			}
			w.p50, w.max = append(w.p50, p50), append(w.max, longest)
		}
	}
	fmt.Printf("%d come within %v; from arrival to Jupyter's first answer, without kernels, medians of %d rounds in turn (and all of them)\n", students, over, rounds)
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\tp50\tlast\tthe site's p50\tlast")
	for _, w := range ways {
		fmt.Fprintf(t, "%s\t%s\t%s\t%.2f\t%.2f\n", w.what, told(w.p50), told(w.max),
			middle(ways[0].p50).Seconds()/middle(w.p50).Seconds(), middle(ways[0].max).Seconds()/middle(w.max).Seconds())
	}
	return t.Flush()
}

func (b bench) alone(what string, ours bool, lanes, n int) *way {
	return &way{what: what, measure: func(ctx context.Context) (time.Duration, time.Duration, error) {
		t, err := b.engine(ctx, ours, lanes, n)
		if err != nil {
			return 0, 0, err
		}
		return t.at(0.5), t.at(1), nil
	}}
}

// clicks has students open a notebook and do nothing with it, as containers that are started
// by hand do nothing: no kernel competes with the starts of others.
func clicks(ctx context.Context, s *site.Site, students int) (p50, max time.Duration, err error) {
	t, err := paced(ctx, students, over, func(ctx context.Context, i int) error {
		_, err := s.Open(ctx, "intro", fmt.Sprintf("student%04d", i))
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	return t.at(0.5), t.at(1), s.StopAll(ctx)
}

func middle(all []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

func told(all []time.Duration) string {
	text := fmt.Sprintf("%.1f s (", middle(all).Seconds())
	for i, one := range all {
		if i > 0 {
			text += " "
		}
		text += fmt.Sprintf("%.1f", one.Seconds())
	}
	return text + ")"
}
