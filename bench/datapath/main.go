// Command datapath measures what the proxy costs: the same requests and
// websockets straight to a server and through the proxy, side by side.
//
// Three processes share the machine: this one is the client; one is the server,
// as fast a one as can be written, so that nothing hides what the proxy costs;
// one is the proxy, as it is in production. For comparison the same is done with
// httputil.ReverseProxy of the standard library. The runs are interleaved and
// medians are printed, with their share of the direct way.
//
// The direct way is TCP over loopback: what a browser would have without a
// proxy. Behind the proxies the server is on a unix socket, as it always is.
package main

import (
	"fmt"
	"os"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "datapath:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) > 1 {
		switch args[0] { // the other processes are this program, too
		case "server":
			return serve(args[1])
		case kindOurs, kindStdlib:
			return serveProxy(args[0], args[1])
		}
	}
	if len(args) > 0 {
		return fmt.Errorf("unknown argument %q; there are none", args[0])
	}
	return measureAll()
}

const (
	rounds = 5
	turn   = 500 * time.Millisecond // of one way in one round
)

// way is one way to the server.
type way struct {
	name  string
	addr  string
	proxy *process // nil for the direct one
}

func measureAll() error {
	dir, err := os.MkdirTemp("", "datapath")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	server, err := start("server", dir+"/sock")
	if err != nil {
		return err
	}
	defer server.stop()
	ways := []way{{"direct", server.addr, nil}}
	for _, kind := range []string{kindOurs, kindStdlib} {
		p, err := start(kind, dir+"/sock")
		if err != nil {
			return err
		}
		defer p.stop()
		ways = append(ways, way{kind, p.addr, p})
	}
	printHead(ways)
	for _, m := range metrics() {
		if err := measure(m, ways); err != nil {
			return fmt.Errorf("%s: %w", m.figures[0], err)
		}
	}
	return measureMemory(dir + "/sock")
}

// metric is something to measure on one way, for the time of a turn. It may
// give several figures; where the first is a rate, each counts the events of
// which the proxy's cost in CPU time is told as well.
type metric struct {
	figures []string
	each    string
	run     func(addr string) ([]float64, error)
}

func metrics() []metric {
	return []metric{
		{[]string{"requests/s, 64 connections, 1 KB"}, "CPU of the proxy per request, µs", smallRequests},
		{[]string{"MB/s, 10 MB bodies down"}, "", downloads},
		{[]string{"MB/s, 10 MB bodies up"}, "", uploads},
		{[]string{"websocket round trip, µs, p50", "websocket round trip, µs, p99"}, "", echoLatency},
		{[]string{"websocket round trips/s, 64 connections"}, "CPU of the proxy per round trip, µs", echoRate},
	}
}

// measure takes turns between the ways, and prints the medians.
func measure(m metric, ways []way) error {
	got := make([][][]float64, len(m.figures)) // by figure, way and round
	for i := range got {
		got[i] = make([][]float64, len(ways))
	}
	costs := make([][]float64, len(ways))
	for range rounds {
		for i, w := range ways {
			figures, cost, err := take(m, w)
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			for j, f := range figures {
				got[j][i] = append(got[j][i], f)
			}
			costs[i] = append(costs[i], cost)
		}
	}
	for j, name := range m.figures {
		printRow(name, got[j])
	}
	if m.each != "" {
		printRow(m.each, costs)
	}
	return nil
}

// take is one turn of one way. The cost is what the proxy used of the CPU for
// each of what the first figure counts, in microseconds.
func take(m metric, w way) (figures []float64, cost float64, err error) {
	if w.proxy == nil {
		figures, err = m.run(w.addr)
		return figures, 0, err
	}
	before, err := w.proxy.cpu()
	if err != nil {
		return nil, 0, err
	}
	if figures, err = m.run(w.addr); err != nil {
		return nil, 0, err
	}
	after, err := w.proxy.cpu()
	return figures, (after - before) * 1e6 / (figures[0] * turn.Seconds()), err
}
