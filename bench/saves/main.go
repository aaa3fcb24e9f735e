// Command saves measures what a site adds to a save: the same notebooks, changed
// in the same way, are saved through the site, with its proxy and its history, and straight
// to Jupyter's socket, in turn. It tells as well what the history by itself adds, and
// what a version takes of the disk, by the site's own figures.
//
// It needs bin/nbhosting, a Docker engine and the image.
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

	"github.com/nbhosting/nbhosting/bench/site"
)

func main() {
	image := flag.String("image", "nbhosting/minimal-notebook", "`image` that the server runs in")
	binary := flag.String("binary", "bin/nbhosting", "the `program` to measure")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *binary, *image); err != nil {
		fmt.Fprintln(os.Stderr, "saves:", err)
		os.Exit(1)
	}
}

// sizes are notebooks: an exercise, one in work, one with many pictures.
var sizes = []struct {
	name                  string
	cells, picture, saves int // picture: bytes of the one in each fourth cell's output
}{
	{"small", 8, 0, 200},
	{"usual", 60, 20 << 10, 100},
	{"large", 120, 100 << 10, 40},
}

func run(ctx context.Context, binary, image string) error {
	files := map[string][]byte{}
	books := map[string]*book{}
	for i, size := range sizes {
		books[size.name] = newBook(uint64(i), size.cells, size.picture)
		files[size.name+".ipynb"] = books[size.name].content()
	}
	s, err := site.Start(ctx, binary, image, files)
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Println("saves: through the site, against the same save straight to Jupyter's socket")
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "notebook\tKB\tsaves\tdirect p50\tp95\tsite p50\tp95\tratio p50\tp95\thistory adds, mean\tbytes a version\tshare of size\t")
	for _, size := range sizes {
		row, err := measure(ctx, s, size.name, books[size.name], size.saves)
		if err != nil {
			return err
		}
		fmt.Fprintln(t, row)
	}
	return t.Flush()
}

func measure(ctx context.Context, s *site.Site, name string, b *book, saves int) (string, error) {
	location, err := s.Open(ctx, name, "student")
	if err != nil {
		return "", err
	}
	server, err := s.Server(location)
	if err != nil {
		return "", err
	}
	through, direct := throughSite(s, server), straight(server)
	if err := direct.save(ctx, "direct.ipynb", b.model()); err != nil { // Jupyter has its notebook, too
		return "", err
	}
	before, err := kept(ctx, s)
	if err != nil {
		return "", err
	}
	var throughs, directs []time.Duration
	for range saves {
		b.edit()
		model := b.model()
		for _, one := range []struct {
			to   *[]time.Duration
			way  way
			file string
		}{{&directs, direct, "direct.ipynb"}, {&throughs, through, name + ".ipynb"}} {
			begun := time.Now()
			if err := one.way.save(ctx, one.file, model); err != nil {
				return "", err
			}
			*one.to = append(*one.to, time.Since(begun))
		}
	}
	after, err := kept(ctx, s)
	if err != nil {
		return "", err
	}
	versions := after.versions - before.versions
	if versions != float64(saves) {
		return "", fmt.Errorf("%s: of %d saves, the history kept %.0f", name, saves, versions)
	}
	delay, bytes := (after.delay-before.delay)/versions, (after.bytes-before.bytes)/versions
	size := float64(len(b.content()))
	return fmt.Sprintf("%s\t%.0f\t%d\t%s\t%s\t%s\t%s\t%.2f\t%.2f\t%s\t%.0f\t%.1f %%\t", name, size/1e3, saves,
		ms(share(directs, .5)), ms(share(directs, .95)), ms(share(throughs, .5)), ms(share(throughs, .95)),
		ratio(throughs, directs, .5), ratio(throughs, directs, .95), ms(time.Duration(delay*1e9)), bytes, 100*bytes/size), nil
}

// figures are what a site's history did so far.
type figures struct{ versions, bytes, delay float64 }

func kept(ctx context.Context, s *site.Site) (figures, error) {
	all, err := s.Metrics(ctx, "nbhosting_history_versions_total", "nbhosting_history_written_bytes_total", "nbhosting_save_delay_seconds_sum")
	if err != nil {
		return figures{}, err
	}
	return figures{all[0], all[1], all[2]}, nil
}

func share(all []time.Duration, of float64) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[int(of*float64(len(sorted)-1))]
}

func ratio(a, b []time.Duration, of float64) float64 {
	return float64(share(a, of)) / float64(share(b, of))
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1000) }
