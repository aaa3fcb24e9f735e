// Package app puts the program together: it builds every part from the
// configuration, and is the only package that knows them all.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/build"
	"github.com/nbhosting/nbhosting/internal/config"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/history"
	"github.com/nbhosting/nbhosting/internal/job"
	"github.com/nbhosting/nbhosting/internal/metrics"
	"github.com/nbhosting/nbhosting/internal/monitor"
	"github.com/nbhosting/nbhosting/internal/opening"
	"github.com/nbhosting/nbhosting/internal/proxy"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/server"
	"github.com/nbhosting/nbhosting/internal/sqlite"
	"github.com/nbhosting/nbhosting/internal/stats"
	"github.com/nbhosting/nbhosting/internal/tracks"
	"github.com/nbhosting/nbhosting/internal/upkeep"
	"github.com/nbhosting/nbhosting/internal/web"
	"github.com/nbhosting/nbhosting/internal/work"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

// App is a site: its state, of which there is one owner at any time, and the
// parts that work on it.
type App struct {
	cfg     config.Config
	log     *slog.Logger
	lock    *lock // nil: somebody else's
	db      *sqlite.DB
	engine  engine
	courses *course.Catalog
	history *history.Store
	servers *server.Manager
	monitor *monitor.Monitor
	jobs    *job.Manager
	upkeep  *upkeep.Keeper
	web     *web.Web
	metrics *metrics.Metrics
	saves   *saves
	proxy   *proxy.Proxy
	replace func(context.Context) (web.Successor, error) // nil: nothing can
}

// Open takes hold of the site that cfg describes; it is made if it is not there.
// [ErrBusy] if another program has hold of it. Close lets go of it.
func Open(ctx context.Context, cfg config.Config, version string, log *slog.Logger) (*App, error) {
	return open(ctx, cfg, version, log, nil)
}

// OpenOn is [Open] of a site whose servers run in rt, whatever cfg says: for tests.
func OpenOn(ctx context.Context, rt runtime.Runtime, cfg config.Config, version string, log *slog.Logger) (*App, error) {
	return open(ctx, cfg, version, log, plain{rt})
}

// open opens the site; without an engine, on the one that cfg names.
func open(ctx context.Context, cfg config.Config, version string, log *slog.Logger, on engine) (*App, error) {
	lock, err := lockSite(cfg)
	if err != nil {
		return nil, err
	}
	a, err := openLocked(ctx, cfg, version, log, on)
	if err != nil {
		return nil, errors.Join(err, lock.release())
	}
	a.lock = lock
	return a, nil
}

// lockSite makes sure that this program is the only one that has hold of a site.
func lockSite(cfg config.Config) (*lock, error) {
	if err := os.MkdirAll(cfg.Root, 0o755); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	return takeLock(filepath.Join(cfg.Root, "nbhosting.lock"))
}

// openLocked opens a site of which the caller holds the lock.
func openLocked(ctx context.Context, cfg config.Config, version string, log *slog.Logger, on engine) (*App, error) {
	a := &App{cfg: cfg, log: log, engine: on}
	if err := a.build(ctx, version); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) build(ctx context.Context, version string) error {
	var err error
	if a.db, err = sqlite.Open(ctx, filepath.Join(a.cfg.Root, "nbhosting.db")); err != nil {
		return err
	}
	site, err := a.db.SiteID(ctx)
	if err != nil {
		return fmt.Errorf("read the site's name: %w", err)
	}
	supportCode, err := a.supportCodes(ctx)
	if err != nil {
		return err
	}
	if a.engine == nil {
		if a.engine, err = newEngine(a.cfg, site, a.log); err != nil {
			return err
		}
	}
	workspaces, err := workspace.New(filepath.Join(a.cfg.Root, "students"), a.db, a.cfg.UIDs.First, a.cfg.UIDs.Last-1)
	if err != nil {
		return err
	}
	programs := &tracks.Runner{BinDir: a.cfg.Process.BinDir, Logger: a.log}
	doors, runDir := &doors{}, filepath.Join(a.cfg.RunDir, site)
	a.metrics = metrics.New(version, a.sources(doors), a.log)
	a.servers = server.New(server.Options{
		Runtime: a.engine, Store: a.db, RunDir: runDir, ScratchDir: filepath.Join(a.cfg.Root, "scratch"),
		Limits: limits(a.cfg.Servers), Network: network(a.cfg.Servers), StartTimeout: a.cfg.Servers.StartTimeout,
		StopGrace: a.cfg.Servers.StopGrace, Parallel: parallel(a.cfg.Servers), Budget: budget(a.cfg.Servers), Host: hostNow,
		Spare: func() ([]nbhosting.Server, time.Time) { return a.monitor.Spare() }, Drain: doors.drain,
		Ended: func(why server.Reason) { a.metrics.ServerEnded(string(why)) }, Logger: a.log,
	})
	a.monitor = a.newMonitor(doors)
	a.jobs, err = job.New(ctx, job.Options{
		Dir: filepath.Join(a.cfg.Root, "jobs"), Store: a.db, Ended: a.metrics.JobEnded, Logger: a.log,
		Parallel: map[nbhosting.JobKind]int{
			nbhosting.JobCreate: a.cfg.Courses.ParallelPulls, nbhosting.JobPull: a.cfg.Courses.ParallelPulls,
		},
	})
	if err != nil {
		return err
	}
	a.courses = course.New(course.Options{
		Root: a.cfg.Root, Store: a.db, Git: git.Runner{NetworkTimeout: a.cfg.Courses.GitTimeout},
		NotebookURL: a.cfg.Courses.NotebookURL, Servers: a.servers, Jobs: a.jobs, RenameImage: a.renameImage(), RunTracks: programs.Run, Logger: a.log,
		Version: version, KeepRevisions: a.cfg.Courses.KeepRevisions, InUse: a.servers.Revisions,
	})
	if err := a.courses.Recover(ctx); err != nil {
		return err
	}
	if a.history, err = history.Open(filepath.Join(a.cfg.Root, "history"), a.log); err != nil {
		return err
	}
	a.history.MaxBytes, a.history.Hold = int64(a.cfg.History.Limit), a.courses.Use
	works := work.New(work.Options{Workspaces: workspaces, History: a.history, Courses: a.courses, Logger: a.log})
	opener := &opening.Opener{
		Rules: a.cfg.Rules(), Courses: a.courses, Workspaces: workspaces, Work: works, Servers: a.servers,
		Events: stats.Recorder{Root: a.cfg.Root}, NotebookURL: a.cfg.Courses.NotebookURL, Ended: a.countOpening, Logger: a.log,
	}
	a.upkeep = upkeep.New(upkeep.Options{
		Jobs: a.jobs, Courses: a.courses, Images: newImages(a.engine, a.cfg, site, runDir, a.log), Builds: a.newBuilder(),
		Interval: a.cfg.Courses.AutopullInterval, Logger: a.log,
	})
	a.web = web.New(web.Options{
		Opener: opener, Courses: a.courses, Builds: build.ResultsOf(a.cfg.Root), Snapshots: a.newSnapshots(workspaces), Servers: a.servers, Past: a.db,
		Upkeep: a.upkeep, Puller: a.upkeep, Work: works, Monitor: outlooks{a.monitor}, Shortages: a.shortages,
		DiskWarning: int64(a.cfg.Workspaces.Warn), Reports: a.monitor.Reports, SupportCode: supportCode,
		Classroom: web.Classroom{Open: a.cfg.Classroom.Open, Student: nbhosting.Student(a.cfg.Classroom.Student), Workspaces: workspaces},
		Replace:   a.replaceProgram,
		Proxy:     doors, PublicURL: a.cfg.PublicURL, FrameAncestors: a.cfg.FrameAncestors, Version: version, Logger: a.log,
	})
	a.saves = &saves{servers: a.servers, work: works}
	a.proxy = proxy.New(proxy.Options{
		Targets: targets{a.servers}, Watcher: a.saves, FrameAncestors: a.cfg.FrameAncestors, Gone: a.web.Gone(), Delayed: a.metrics.SaveDelayed, Logger: a.log,
	})
	doors.proxy = a.proxy
	return nil
}

// API is what commands speak to.
func (a *App) API() http.Handler { return a.web.API() }

// Public is what the site's address serves.
func (a *App) Public() http.Handler { return a.web.Public() }

// Metrics is what the address for figures serves, if there is one.
func (a *App) Metrics() http.Handler { return a.metrics.Handler() }

// adoptTimeout bounds how long the program does not serve for the sake of
// finding its servers first.
const adoptTimeout = 10 * time.Second

// Adopt takes over the servers that run.
func (a *App) Adopt(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, adoptTimeout)
	defer cancel()
	return a.servers.Adopt(ctx)
}

// settle lets openings under way end, for a while: they go on without their request.
func (a *App) settle() {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	a.web.Settle(ctx)
}

// jobsTimeout is how long jobs get to end, and to undo what they had begun.
const jobsTimeout = 30 * time.Second

func (a *App) endJobs() error {
	ctx, cancel := context.WithTimeout(context.Background(), jobsTimeout)
	defer cancel()
	return a.jobs.Close(ctx)
}

// settleTimeout bounds the wait for what is being done to courses. What is cut
// short is finished or undone at the next start.
const settleTimeout = 30 * time.Second

func (a *App) settleCourses() {
	ctx, cancel := context.WithTimeout(context.Background(), settleTimeout)
	defer cancel()
	a.courses.Settle(ctx)
}

// Close lets go of the site. Servers go on.
func (a *App) Close() error {
	if a.web != nil {
		a.settle()
	}
	var errs []error
	if a.jobs != nil {
		errs = append(errs, a.endJobs())
	}
	if a.courses != nil {
		a.settleCourses()
	}
	if a.history != nil {
		errs = append(errs, a.history.Close())
	}
	if a.engine != nil {
		errs = append(errs, a.engine.Close())
	}
	if a.db != nil {
		errs = append(errs, a.db.Close())
	}
	if a.lock != nil {
		errs = append(errs, a.lock.release())
	}
	return errors.Join(errs...)
}
