package loadtest

import (
	"context"
	"net"
	"net/url"
	"runtime"
	"syscall"
	"time"

	"github.com/nbhosting/nbhosting/internal/host"
)

// Machine is what can be said of the machine that the site is on: only if it is
// the one that the load test runs on.
type Machine struct {
	Known bool   `json:"known"`
	Why   string `json:"why,omitempty"` // nothing can be said

	Cores         int   `json:"cores,omitempty"`
	Students      int   `json:"students,omitempty"`        // who had got a server when memory was least
	MemoryUsed    int64 `json:"memory_used,omitempty"`     // bytes that were available before, and not then
	MemoryOf      int64 `json:"memory_of,omitempty"`       // bytes available before
	HoldsByMemory int   `json:"holds_by_memory,omitempty"` // 0: cannot be told

	BusyCores  float64 `json:"busy_cores,omitempty"` // on average, without the load test's own
	Working    float64 `json:"working,omitempty"`    // students with a notebook open, on average
	HoldsByCPU int     `json:"holds_by_cpu,omitempty"`
}

// machine watches it.
type machine struct {
	result Machine
	total  int64
	before int64 // bytes available
	least  int64
	cpu    host.Processor
	own    float64 // seconds of the processor
	begun  time.Time

	looks, inside int
}

func watchMachine(ctx context.Context, site *url.URL) *machine {
	m := &machine{begun: time.Now()}
	if !isHere(ctx, site.Hostname()) {
		m.result.Why = "The site is on another machine: what that would hold cannot be told from here."
		return m
	}
	memory, err := host.ReadMemory(ctx)
	if err == nil {
		m.cpu, err = host.ReadProcessor(ctx)
	}
	if err != nil {
		m.result.Why = "This machine does not tell how it is: " + err.Error()
		return m
	}
	m.result.Known, m.result.Cores = true, runtime.NumCPU()
	m.total, m.before, m.least, m.own = memory.Total, memory.Available, memory.Available, ownSeconds()
	return m
}

// isHere tells whether all addresses of a name are this machine's.
func isHere(ctx context.Context, name string) bool {
	addresses, err := net.DefaultResolver.LookupIPAddr(ctx, name)
	if err != nil || len(addresses) == 0 {
		return false
	}
	ours, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, address := range addresses {
		here := address.IP.IsLoopback()
		for _, our := range ours {
			if network, ok := our.(*net.IPNet); ok && network.IP.Equal(address.IP) {
				here = true
			}
		}
		if !here {
			return false
		}
	}
	return true
}

// look notes how the machine is when so many students have got a server, which
// stays, and so many have a notebook open.
func (m *machine) look(ctx context.Context, opened, inside int) {
	if !m.result.Known {
		return
	}
	m.looks++
	m.inside += inside
	memory, err := host.ReadMemory(ctx)
	if err == nil && memory.Available < m.least {
		m.least, m.result.Students = memory.Available, opened
	}
}

const (
	leastStudents = 3       // from which anything is told
	leastGrowth   = 4 << 20 // bytes for each student: below it, their servers had been there before
	reserve       = 10      // the part of memory that is left alone: a tenth
)

func (m *machine) end() Machine {
	r := m.result
	if !r.Known || m.looks == 0 {
		return r
	}
	r.MemoryOf, r.MemoryUsed = m.before, m.before-m.least
	if r.Students >= leastStudents {
		r.HoldsByMemory = holds(m.before-m.total/reserve, r.MemoryUsed, r.Students)
	}
	now, err := host.ReadProcessor(context.Background())
	if err != nil {
		return r
	}
	seconds := time.Since(m.begun).Seconds()
	r.Working = float64(m.inside) / float64(m.looks)
	r.BusyCores = max(0, (now.Busy-m.cpu.Busy-(ownSeconds()-m.own))/seconds)
	if r.Working >= leastStudents && r.BusyCores > 0.02 {
		r.HoldsByCPU = int(float64(r.Cores) / r.BusyCores * r.Working)
	}
	return r
}

// holds returns for how many students there is room, if so many use so much; 0 if that cannot be told.
func holds(room, used int64, students int) int {
	each := used / int64(students)
	if each < leastGrowth || room <= 0 {
		return 0
	}
	return int(room / each)
}

// ownSeconds returns how long this program has worked.
func ownSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}
