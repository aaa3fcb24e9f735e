package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/sync/errgroup"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/bench/site"
)

const atOnce = 16 // openings, and websockets that are being opened

// many measures what many servers and websockets cost. The servers are processes.
func (b bench) many(ctx context.Context) error {
	bin, err := fakeBin(ctx)
	if err != nil {
		return err
	}
	s, err := site.Start(ctx, b.binary, "none", course(), "runtime: process\n", "process: {bin_dir: "+bin+"}\n",
		fmt.Sprintf("servers: {start_timeout: 5m, stop_on_exit: true, parallel_starts: %d, memory_budget: 1t, pids_budget: 1000000}\n", atOnce))
	if err != nil {
		return err
	}
	defer s.Close()
	empty, err := resident(s)
	if err != nil {
		return err
	}
	begun := time.Now()
	bases, err := openAll(ctx, s, b.servers)
	if err != nil {
		return err
	}
	fmt.Printf("%d servers on what stands for Jupyter, started in %v\n", b.servers, time.Since(begun).Round(time.Second))
	for range 3 {
		if err := s.KillAndStart(); err != nil {
			return err
		}
		fmt.Printf("killed and started again: %s servers adopted in %v\n", s.Adopted, s.AdoptingTook.Round(time.Millisecond))
	}
	return b.idle(ctx, s, bases, empty)
}

// idle tells what the program holds with servers and websockets that nobody uses.
func (b bench) idle(ctx context.Context, s *site.Site, bases []string, empty float64) error {
	adopted, err := resident(s)
	if err != nil {
		return err
	}
	conns, err := connectAll(ctx, s.URL, bases, b.sockets)
	defer func() {
		for _, conn := range conns {
			conn.CloseNow()
		}
	}()
	if err != nil {
		return err
	}
	time.Sleep(5 * time.Second) // to be idle
	connected, err := resident(s)
	if err != nil {
		return err
	}
	const mb = 1 << 20
	fmt.Printf("memory of the program: %.0f MB when it began; %.0f MB with %s adopted servers (%.1f KB each); %.0f MB with %d idle websockets besides (%.1f KB each)\n",
		empty/mb, adopted/mb, s.Adopted, (adopted-empty)/1024/float64(len(bases)), connected/mb, len(conns), (connected-adopted)/1024/float64(len(conns)))
	return nil
}

// openAll opens the notebook for n students, and returns the paths of their servers.
func openAll(ctx context.Context, s *site.Site, n int) ([]string, error) {
	bases := make([]string, n)
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(atOnce)
	for i := range n {
		all.Go(func() error {
			location, err := s.Open(ctx, "intro", fmt.Sprintf("student%04d", i))
			id, secret, _, _ := nbhosting.SplitServerPath(location)
			bases[i] = nbhosting.Server{ID: id, Secret: secret}.BasePath()
			return err
		})
	}
	return bases, all.Wait()
}

// connectAll opens n websockets, spread over a kernel in each of the servers.
func connectAll(ctx context.Context, url string, bases []string, n int) ([]*websocket.Conn, error) {
	per := (n + len(bases) - 1) / len(bases)
	conns := make([]*websocket.Conn, len(bases)*per)
	all, opening := errgroup.WithContext(ctx)
	all.SetLimit(atOnce)
	for i, base := range bases {
		all.Go(func() error {
			id, err := startKernel(opening, url+base)
			for j := 0; j < per && err == nil; j++ {
				// Its reader would be a goroutine of this program, not of the measured one.
				conns[i*per+j], _, err = websocket.Dial(ctx, url+base+"api/kernels/"+id+"/channels", nil)
			}
			return err
		})
	}
	err := all.Wait()
	var opened []*websocket.Conn
	for _, conn := range conns {
		if conn != nil {
			opened = append(opened, conn)
		}
	}
	return opened, err
}

func startKernel(ctx context.Context, base string) (id string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"api/kernels", strings.NewReader("{}"))
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("start a kernel: %s", resp.Status)
	}
	var kernel struct{ ID string }
	err = json.NewDecoder(resp.Body).Decode(&kernel)
	return kernel.ID, err
}

// resident returns the bytes that the program holds in memory.
func resident(s *site.Site) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.PID()))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	kb, err := strconv.ParseFloat(strings.Fields(after + " 0")[0], 64)
	return kb * 1024, err
}
