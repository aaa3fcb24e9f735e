// Command load measures a site under load: a class of 30 on real Jupyter, beside
// what the same engine and image need by themselves; a class of 100 on the image that
// stands for Jupyter; such a class while the program is replaced; what 1,000 servers and 5,000 idle websockets cost the program;
// and how long it takes to find 1,000 servers again once it has been killed.
//
// It needs bin/nbhosting, a Docker engine, the image, and what scripts/fakejupyter makes.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting/bench/bare"
	"github.com/nbhosting/nbhosting/bench/site"
	"github.com/nbhosting/nbhosting/internal/loadtest"
)

type bench struct {
	image, binary    string
	servers, sockets int
}

func main() {
	var b bench
	flag.StringVar(&b.image, "image", "nbhosting/minimal-notebook", "`image` of the class of 30")
	flag.StringVar(&b.binary, "binary", "bin/nbhosting", "the `program` to measure")
	flag.IntVar(&b.servers, "servers", 1000, "how `many` are adopted")
	flag.IntVar(&b.sockets, "websockets", 5000, "how `many` are idle")
	only := flag.String("only", "real,bare,fake,handover,many", "what is measured: `words`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	for _, one := range []struct {
		word string
		run  func(context.Context) error
	}{{"real", b.real}, {"bare", b.compare}, {"fake", b.fake}, {"handover", b.handover}, {"many", b.many}} {
		if !strings.Contains(*only, one.word) {
			continue
		}
		if err := one.run(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "load:", err)
			os.Exit(1)
		}
		fmt.Println()
	}
}

const notebook = `{"cells": [], "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": 4, "nbformat_minor": 5}`

func course() map[string][]byte { return map[string][]byte{"intro.ipynb": []byte(notebook)} }

// class is what both classes do.
func class(url string, students int, over time.Duration) loadtest.Plan {
	s := loadtest.Default()
	s.Students, s.Over = students, over
	return loadtest.Plan{Scenario: s, URL: url, Course: site.CourseName, Notebooks: []string{"intro"}, Prefix: "student"}
}

const over = 10 * time.Second // in which a class comes

func (b bench) real(ctx context.Context) error {
	const students = 30
	s, err := site.Start(ctx, b.binary, b.image, course())
	if err != nil {
		return err
	}
	defer s.Close()
	err = play(ctx, fmt.Sprintf("a class of %d within %v, %s", students, over, b.image), class(s.URL, students, over))
	if err != nil {
		return err
	}
	use, err := s.Memory(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("The containers' own accounts: %.0f MB in all, %.0f MB each.\n", use/(1<<20), use/(1<<20)/students)
	return nil
}

// engine starts as many containers by hand as a class starts servers, at the same pace.
// No more than lanes start at a time; the time in line counts.
func (b bench) engine(ctx context.Context, ours bool, lanes, n int) (times, error) {
	e, err := bare.New(b.image, ours)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	line := make(chan struct{}, lanes)
	return paced(ctx, n, over, func(ctx context.Context, i int) error {
		line <- struct{}{}
		defer func() { <-line }()
		return e.Start(ctx, i)
	})
}

func (b bench) fake(ctx context.Context) error {
	const students = 100
	s, err := site.Start(ctx, b.binary, "nbhosting/fake-jupyter", course(),
		"docker: {name_prefix: bench-}\n", "servers: {start_timeout: 5m, stop_on_exit: true, memory: 200m}\n")
	if err != nil {
		return err
	}
	defer s.Close()
	return play(ctx, fmt.Sprintf("a class of %d within %v, on what stands for Jupyter", students, over), class(s.URL, students, over))
}

func play(ctx context.Context, what string, plan loadtest.Plan) error {
	r, err := loadtest.Run(ctx, plan, nil)
	if err != nil {
		return err
	}
	fmt.Printf("%s\n", what)
	r.Print(os.Stdout)
	return ctx.Err()
}

// fakeBin returns the directory in which the program that stands for Jupyter is called python3.
func fakeBin(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "scripts/fakejupyter", "--dir").Output()
	if err != nil {
		return "", fmt.Errorf("scripts/fakejupyter: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}
