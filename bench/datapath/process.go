package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// process is a child: this program in another role.
type process struct {
	cmd  *exec.Cmd
	addr string // that it listens on
	in   io.WriteCloser
	out  *bufio.Reader
}

// start starts a role. Its first line of output is its address; it ends with its input.
func start(role, socket string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(self, role, socket)}
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the %s: %w", role, err)
	}
	line, err := p.out.ReadString('\n')
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("the %s did not start: %w", role, err)
	}
	p.addr = strings.TrimSpace(line)
	return p, nil
}

func (p *process) stop() {
	p.in.Close()
	_ = p.cmd.Wait() // how it ends does not matter
}

// tidy has the child give back the memory that it does not need.
func (p *process) tidy() error {
	if _, err := io.WriteString(p.in, "tidy\n"); err != nil {
		return err
	}
	_, err := p.out.ReadString('\n')
	return err
}

// resident returns the bytes that the child holds in memory.
func (p *process) resident() (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	kb, err := strconv.ParseFloat(strings.Fields(after + " 0")[0], 64)
	return kb * 1024, err
}

// cpu returns the seconds of CPU time that the child has used.
func (p *process) cpu() (float64, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	const user, system, perSecond = 11, 12, 100 // proc(5), counted from behind the name
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) <= system {
		return 0, fmt.Errorf("unknown form of %q", stat)
	}
	u, err := strconv.ParseFloat(fields[user], 64)
	if err != nil {
		return 0, err
	}
	s, err := strconv.ParseFloat(fields[system], 64)
	return (u + s) / perSecond, err
}

// obey is the child's side of tidy and stop: it returns when its input ends.
func obey(tidy func()) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		tidy()
		fmt.Println("done")
	}
}
