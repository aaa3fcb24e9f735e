package app

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/host"
	"github.com/nbhosting/nbhosting/internal/monitor"
	"github.com/nbhosting/nbhosting/internal/stats"
)

// counter keeps what the monitor counts, with the figures of this machine, in the
// counts.raw of every course. Only the monitor calls it, one call at a time.
type counter struct {
	recorder stats.Recorder
	homes    *stats.Homes
	courses  func(context.Context) ([]nbhosting.Course, error)
	engine   runtimeDir
	log      *slog.Logger
	headed   map[nbhosting.CourseName]bool // has its header from this run
}

// runtimeDir is what knows where an engine keeps its containers.
type runtimeDir interface {
	RootDir(context.Context) (string, error)
}

// Count adds a line for every course.
func (c *counter) Count(ctx context.Context, at time.Time, running map[nbhosting.CourseName]monitor.Tally) error {
	courses, err := c.courses(ctx)
	if err != nil {
		return err
	}
	homes, err := c.homes.Count()
	errs := []error{err}
	common := stats.Counts{Time: at}
	common.Set(stats.FrozenContainer, 0)
	errs = append(errs, c.machine(ctx, &common))
	servers, kernels := 0, 0
	for _, t := range running {
		servers, kernels = servers+t.Servers, kernels+t.Kernels
	}
	common.Set(stats.SystemContainer, int64(servers))
	common.Set(stats.SystemKernel, int64(kernels))
	for _, course := range courses {
		line := common
		line.Set(stats.RunningContainer, int64(running[course.Name].Servers))
		line.Set(stats.RunningKernel, int64(running[course.Name].Kernels))
		line.Set(stats.StudentHome, int64(homes[course.Name]))
		err := c.recorder.RecordCounts(ctx, course.Name, line, !c.headed[course.Name])
		c.headed[course.Name] = c.headed[course.Name] || err == nil
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// machine sets the figures of this machine. What cannot be read stays unknown.
func (c *counter) machine(ctx context.Context, line *stats.Counts) error {
	load, loadErr := host.ReadLoad(ctx)
	if loadErr == nil {
		line.Set(stats.Load1, hundredfold(load.One))
		line.Set(stats.Load5, hundredfold(load.Five))
		line.Set(stats.Load15, hundredfold(load.Fifteen))
	}
	memory, memoryErr := host.ReadMemory(ctx)
	if memoryErr == nil {
		line.Set(stats.MemoryTotal, memory.Total)
		line.Set(stats.MemoryFree, memory.Free)
		line.Set(stats.MemoryAvailable, memory.Available)
	}
	return errors.Join(loadErr, memoryErr,
		setDisk(ctx, line, c.containersDir(ctx), stats.ContainerDSPercent, stats.ContainerDSFree),
		setDisk(ctx, line, c.recorder.Root, stats.NbhostingDSPercent, stats.NbhostingDSFree),
		setDisk(ctx, line, "/", stats.SystemDSPercent, stats.SystemDSFree),
	)
}

// containersDir is where the disk of containers is: the site's own, if there are none.
func (c *counter) containersDir(ctx context.Context) string {
	if c.engine == nil {
		return c.recorder.Root
	}
	dir, err := c.engine.RootDir(ctx)
	if err != nil {
		c.log.Warn("the engine does not tell where it keeps containers", "err", err)
		return c.recorder.Root
	}
	return dir
}

func hundredfold(load float64) int64 { return int64(math.Round(100 * load)) }

func setDisk(ctx context.Context, line *stats.Counts, path string, percent, free stats.Column) error {
	disk, err := host.ReadDisk(ctx, path)
	if err != nil {
		return err
	}
	line.Set(percent, disk.PercentFree())
	line.Set(free, disk.Free>>20)
	return nil
}
