package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/nbhosting/nbhosting/bench/site"
	"github.com/nbhosting/nbhosting/internal/loadtest"
)

// handover plays the same class twice, on what stands for Jupyter: on a site that is
// left alone, and on one whose program is replaced again and again.
func (b bench) handover(ctx context.Context) error {
	bin, err := fakeBin(ctx)
	if err != nil {
		return err
	}
	s, err := site.Start(ctx, b.binary, "none", course(), "runtime: process\n", "process: {bin_dir: "+bin+"}\n",
		"servers: {start_timeout: 5m, stop_on_exit: true, memory: 200m}\n")
	if err != nil {
		return err
	}
	defer s.Close()
	plan := class(s.URL, 100, over)
	plan.Think = time.Second
	plan.Steps = []loadtest.Step{{Do: "open"}, {Do: "run", Times: 20}, {Do: "save"}, {Do: "run", Times: 10}, {Do: "save"}, {Do: "return"}, {Do: "run", Times: 10}, {Do: "save"}}
	var alone, replaced loadtest.Report
	if alone, err = loadtest.Run(ctx, plan, nil); err != nil {
		return err
	}
	if err := s.StopAll(ctx); err != nil {
		return err
	}
	var took []time.Duration
	if took, err = whileReplacing(ctx, s, func() error {
		replaced, err = loadtest.Run(ctx, plan, nil)
		return err
	}); err != nil {
		return err
	}
	fmt.Printf("%d students; the program replaced %d times meanwhile; the command took %s\n", plan.Students, len(took), told(took))
	printBoth(alone, replaced)
	return nil
}

// whileReplacing has the program replaced every few seconds for as long as do takes.
func whileReplacing(ctx context.Context, s *site.Site, do func() error) (took []time.Duration, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- do() }()
	for {
		select {
		case err := <-done:
			return took, err
		case <-time.After(8 * time.Second):
		}
		one, err := s.Replace(ctx)
		if err != nil {
			return nil, errors.Join(err, <-done)
		}
		took = append(took, one)
	}
}

func printBoth(alone, replaced loadtest.Report) {
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tn\tp50\tp99\tmax ms\twhile replaced: n\tp50\tp99\tmax ms\tp50 ratio\t")
	for _, name := range []string{"open", "return", "cell", "save", "reconnect", "poll"} {
		a, _ := alone.Find(name)
		r, _ := replaced.Find(name)
		ratio := "-"
		if a.P50 > 0 {
			ratio = fmt.Sprintf("%.2f", r.P50/a.P50)
		}
		fmt.Fprintf(t, "%s\t%d\t%.0f\t%.0f\t%.0f\t%d\t%.0f\t%.0f\t%.0f\t%s\t\n", name, a.Count, a.P50, a.P99, a.Max, r.Count, r.P50, r.P99, r.Max, ratio)
	}
	t.Flush()
	fmt.Printf("did all: %d and %d; failures: %d and %d\n", alone.Done, replaced.Done, alone.Failed(), replaced.Failed())
	for _, f := range replaced.Failures {
		fmt.Printf("%d x %s, for example %s\n", f.Count, f.Kind, f.Example)
	}
}
