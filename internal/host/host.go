// Package host tells how this machine is: its load, memory, disks, processes.
package host

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"
)

// Memory is that of the machine, in bytes.
type Memory struct {
	Total, Free int64
	Available   int64 // free, or given back by the kernel when it is needed
}

// ReadMemory reads how the memory is now.
func ReadMemory(ctx context.Context) (Memory, error) {
	m, err := mem.VirtualMemoryWithContext(ctx)
	if err != nil {
		return Memory{}, fmt.Errorf("read the memory of this machine: %w", err)
	}
	return Memory{Total: int64(m.Total), Free: int64(m.Free), Available: int64(m.Available)}, nil
}

// Load is how many processes run or wait for the disk, on average over one, five and fifteen minutes.
type Load struct{ One, Five, Fifteen float64 }

// ReadLoad reads the load of now.
func ReadLoad(ctx context.Context) (Load, error) {
	l, err := load.AvgWithContext(ctx)
	if err != nil {
		return Load{}, fmt.Errorf("read the load of this machine: %w", err)
	}
	return Load{One: l.Load1, Five: l.Load5, Fifteen: l.Load15}, nil
}

// Disk is a file system, in bytes.
type Disk struct{ Total, Free int64 }

// PercentFree returns what part of it is free.
func (d Disk) PercentFree() int64 {
	if d.Total == 0 {
		return 0
	}
	return int64(100 * float64(d.Free) / float64(d.Total))
}

// ReadDisk reads how the file system is that has path in it. What is free is so
// for root: some of it may be kept from others.
func ReadDisk(ctx context.Context, path string) (Disk, error) {
	u, err := disk.UsageWithContext(ctx, path)
	if err != nil {
		return Disk{}, fmt.Errorf("read how full the disk of %s is: %w", path, err)
	}
	return Disk{Total: int64(u.Total), Free: int64(u.Total - u.Used)}, nil
}

// Processes are those of the machine, threads included.
type Processes struct{ Now, Most int64 }

// ReadProcesses reads how many processes there are and can be.
func ReadProcesses() (Processes, error) {
	average, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return Processes{}, fmt.Errorf("count the processes of this machine: %w", err)
	}
	now, err := parseProcesses(string(average))
	if err != nil {
		return Processes{}, fmt.Errorf("count the processes of this machine: %w", err)
	}
	p := Processes{Now: now}
	for _, name := range []string{"pid_max", "threads-max"} {
		text, err := os.ReadFile("/proc/sys/kernel/" + name)
		if err != nil {
			return Processes{}, fmt.Errorf("read how many processes this machine can have: %w", err)
		}
		most, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
		if err != nil {
			return Processes{}, fmt.Errorf("read how many processes this machine can have: %w", err)
		}
		if p.Most == 0 || most < p.Most {
			p.Most = most
		}
	}
	return p, nil
}

// parseProcesses reads the second number of the fourth field: "0.20 0.18 0.12 1/80 11206".
func parseProcesses(average string) (int64, error) {
	fields := strings.Fields(average)
	if len(fields) < 4 {
		return 0, fmt.Errorf("a load of %d fields", len(fields))
	}
	_, all, _ := strings.Cut(fields[3], "/")
	return strconv.ParseInt(all, 10, 64)
}

// Processor is the time that the machine's processors have been at work, all
// together, in seconds since it started.
type Processor struct{ Busy float64 }

// ReadProcessor reads it.
func ReadProcessor(ctx context.Context) (Processor, error) {
	times, err := cpu.TimesWithContext(ctx, false)
	if err != nil || len(times) == 0 {
		return Processor{}, fmt.Errorf("read the time of the processors of this machine: %w", err)
	}
	t := times[0]
	return Processor{Busy: t.User + t.Nice + t.System + t.Irq + t.Softirq + t.Steal}, nil
}
