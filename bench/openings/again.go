package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/nbhosting/nbhosting/bench/site"
)

// timesAgain is how often a notebook is opened that is open already.
const timesAgain = 200

// measureAgain prints what an opening costs for which nothing is to be done: the
// server runs, the student has the notebook. What it is compared with is one
// answer of that server, straight from its socket.
func measureAgain(ctx context.Context, s *site.Site) error {
	location, err := s.Open(ctx, "intro", "again")
	if err != nil {
		return err
	}
	server, err := s.Server(location)
	if err != nil {
		return err
	}
	client := server.Client()
	var openings, answers []time.Duration
	for range timesAgain {
		begun := time.Now()
		if _, err := s.Open(ctx, "intro", "again"); err != nil {
			return err
		}
		openings = append(openings, time.Since(begun))
		begun = time.Now()
		if err := ask(ctx, client, server); err != nil {
			return err
		}
		answers = append(answers, time.Since(begun))
	}
	fmt.Printf("\nnothing to be done, %d in turn: opening p50 %s p95 %s; an answer of Jupyter p50 %s p95 %s; ratio p50 %.2f\n", timesAgain,
		fine(share(openings, .5)), fine(share(openings, .95)), fine(share(answers, .5)), fine(share(answers, .95)), ratio(share(openings, .5), share(answers, .5)))
	return s.StopAll(ctx)
}

func ask(ctx context.Context, client *http.Client, server site.Server) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://jupyter"+server.Base+"api/status", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "token "+server.Token)
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("status of the server: %s", resp.Status)
	}
	return err
}

func share(all []time.Duration, of float64) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[int(of*float64(len(sorted)-1))]
}

func fine(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1000) }
