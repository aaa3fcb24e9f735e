// Command courses measures how long a course takes to be published, against the
// least that git itself needs for the same files: "git clone --local".
//
// The course has 2,000 notebooks of some 20 KB. Each round makes a site of its
// own, and clones once before it and once after; the ratios are to the mean of these two.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/sqlite"
)

func main() {
	notebooks := flag.Int("notebooks", 2000, "`number` of notebooks")
	rounds := flag.Int("rounds", 5, "`number` of rounds")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *notebooks, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "courses:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, notebooks, rounds int) error {
	dir, err := os.MkdirTemp("", "nbhosting-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	source := filepath.Join(dir, "source")
	if err := writeCourse(ctx, source, notebooks); err != nil {
		return err
	}
	took := map[string][]float64{} // seconds, by step
	for i := range rounds {
		if err := round(ctx, source, filepath.Join(dir, fmt.Sprint(i)), func(step string, d time.Duration) {
			took[step] = append(took[step], d.Seconds())
		}); err != nil {
			return err
		}
	}
	fmt.Printf("courses: publishing %d notebooks, medians of %d rounds\n", notebooks, rounds)
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "step\tseconds\tof git clone --local\t")
	for _, step := range []string{cloned, created, unchanged, oneChanged, settingsChanged} {
		fmt.Fprintf(t, "%s\t%.3f\t%.2f\t\n", step, median(took[step]), median(took[step])/median(took[cloned]))
	}
	return t.Flush()
}

// Steps of a round.
const (
	cloned          = "git clone --local"
	created         = "first publication"
	unchanged       = "pull, nothing new"
	oneChanged      = "pull, one notebook changed"
	settingsChanged = "pull, only local settings changed"
)

func round(ctx context.Context, source, dir string, note func(string, time.Duration)) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	db, err := sqlite.Open(ctx, filepath.Join(dir, "db"))
	if err != nil {
		return err
	}
	defer db.Close()
	root := filepath.Join(dir, "site")
	if err := os.Mkdir(root, 0o755); err != nil {
		return err
	}
	catalog := course.New(course.Options{
		Root: root, Store: db, NotebookURL: "notebooks/{notebook}", Logger: slog.New(slog.DiscardHandler),
	})
	const name = "bench"
	pull := func() error {
		_, err := catalog.Pull(ctx, name, io.Discard)
		return err
	}
	for _, step := range []struct {
		name    string
		prepare func() error
		do      func() error
	}{
		{cloned, nil, func() error { return clone(ctx, source, filepath.Join(dir, "clone-1")) }},
		{created, nil, func() error {
			_, err := catalog.Create(ctx, nbhosting.Course{Name: name, GitURL: source, Image: "bench"}, io.Discard)
			return err
		}},
		{unchanged, nil, pull},
		{oneChanged, func() error { return changeOne(ctx, source) }, pull},
		{settingsChanged, func() error { return writeLocal(root, name) }, pull},
		{cloned, nil, func() error { return clone(ctx, source, filepath.Join(dir, "clone-2")) }},
	} {
		if step.prepare != nil {
			if err := step.prepare(); err != nil {
				return err
			}
		}
		begun := time.Now()
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		note(step.name, time.Since(begun))
	}
	return checkPublished(ctx, catalog, name)
}

// checkPublished makes sure that what was measured was work.
func checkPublished(ctx context.Context, catalog *course.Catalog, name nbhosting.CourseName) error {
	d, err := catalog.Show(ctx, name)
	if err != nil {
		return err
	}
	if len(d.Notebooks) == 0 || len(d.Tracks) != 1 || d.Tracks[0].ID != localTrack {
		return errors.New("the course is not what was published last")
	}
	return nil
}

// clone copies a repository and checks its files out.
func clone(ctx context.Context, source, dir string) error {
	return exec.CommandContext(ctx, "git", "clone", "--quiet", "--local", "--", source, dir).Run()
}

// changeOne changes one notebook, to something that it never was before.
func changeOne(ctx context.Context, source string) error {
	if err := writeNotebook(filepath.Join(source, "week-00", "notebook-000.ipynb"), fmt.Sprint(time.Now().UnixNano())); err != nil {
		return err
	}
	return git.Runner{}.Snapshot(ctx, source, "Change a notebook")
}

func median(figures []float64) float64 {
	sorted := slices.Sorted(slices.Values(figures))
	return sorted[len(sorted)/2]
}
