package site

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// program is what serves a site: a process, and those that take its place.
type program struct {
	serving chan serving  // one for each process, when it serves
	ended   chan struct{} // closed with the last one
	pid     int
	metrics string
}

// serving is what the log of a process tells when it serves.
type serving struct {
	url, metrics, adopted string
	took                  time.Duration
	pid                   int
}

var (
	servingOn = regexp.MustCompile(`msg=serving on=(\S+).* pid=(\d+).* adopted=(\d+) adopting_took=(\S+)`)
	metricsOn = regexp.MustCompile(`msg=metrics on=(\S+)`)
)

// start starts the program and waits until its log tells that it serves.
func (s *Site) start() error {
	log, theirs, err := os.Pipe()
	if err != nil {
		return err
	}
	defer theirs.Close()
	cmd := exec.Command(s.binary, "--config", s.config(), "serve")
	cmd.Stderr = theirs
	if err := cmd.Start(); err != nil {
		return errors.Join(err, log.Close())
	}
	go func() { _ = cmd.Wait() }() // the log tells
	s.serving, s.ended = make(chan serving, 10), make(chan struct{})
	go read(log, s.serving, s.ended)
	return s.await()
}

// read reads the log of all processes of a program.
func read(log *os.File, tell chan<- serving, ended chan<- struct{}) {
	defer close(ended)
	defer log.Close()
	var now serving
	for lines := bufio.NewScanner(log); lines.Scan(); {
		if m := metricsOn.FindStringSubmatch(lines.Text()); m != nil {
			now.metrics = "http://" + m[1] + "/metrics"
		}
		if m := servingOn.FindStringSubmatch(lines.Text()); m != nil {
			now.url, now.adopted = "http://"+m[1], m[3]
			now.pid, _ = strconv.Atoi(m[2])
			now.took, _ = time.ParseDuration(m[4])
		}
		if now.url != "" && now.metrics != "" {
			tell <- now
			now = serving{}
		}
	}
}

// await waits for the next process to serve.
func (s *Site) await() error {
	select {
	case now := <-s.serving:
		s.URL, s.metrics, s.pid, s.Adopted, s.AdoptingTook = now.url, now.metrics, now.pid, now.adopted, now.took
		return nil
	case <-s.ended:
		return errors.New("the program ended before it served")
	}
}

// end ends what serves, and waits until nothing is left of it.
func (s *Site) end(how os.Signal) {
	if p, err := os.FindProcess(s.pid); err == nil {
		_ = p.Signal(how) // it may have ended
		late := time.AfterFunc(5*time.Minute, func() { _ = p.Kill() })
		defer late.Stop()
	}
	<-s.ended
}

// PID returns the process id of the program.
func (s *Site) PID() int { return s.pid }

// KillAndStart kills the program as a power cut would, and starts it anew. Servers go on.
func (s *Site) KillAndStart() error {
	s.end(os.Kill)
	return s.start()
}

// Replace has another process take the place of the one that serves, and returns how long the command took.
func (s *Site) Replace(ctx context.Context) (time.Duration, error) {
	begun := time.Now()
	if _, err := s.command(ctx, "restart"); err != nil {
		return 0, fmt.Errorf("restart: %w", err)
	}
	return time.Since(begun), s.await()
}
