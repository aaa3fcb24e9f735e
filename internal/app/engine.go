package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/config"
	"github.com/nbhosting/nbhosting/internal/image"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/docker"
	"github.com/nbhosting/nbhosting/internal/runtime/process"
)

// engine is a runtime as the program owns it.
type engine interface {
	runtime.Runtime
	io.Closer
}

// plain gives a runtime that holds nothing a Close.
type plain struct{ runtime.Runtime }

func (plain) Close() error { return nil }

func newEngine(cfg config.Config, site string, log *slog.Logger) (engine, error) {
	switch cfg.Runtime {
	case "docker":
		d, err := docker.New(docker.Options{Host: cfg.Docker.Host, Site: site, NamePrefix: cfg.Docker.NamePrefix, Logger: log})
		if err != nil {
			return nil, fmt.Errorf("runtime docker: %w", err)
		}
		return d, nil
	case "process":
		p, err := process.New(process.Options{StateDir: filepath.Join(cfg.Root, "process"), BinDir: cfg.Process.BinDir, Logger: log})
		if err != nil {
			return nil, fmt.Errorf("runtime process: %w", err)
		}
		return plain{p}, nil
	}
	return nil, fmt.Errorf("no runtime named %q", cfg.Runtime) // the configuration has been checked
}

// siteImages builds images where the runtime has such a thing.
type siteImages struct {
	driver  *docker.Driver // nil where servers run in no image
	courses *image.Courses
}

func newImages(e engine, cfg config.Config, site, runDir string, log *slog.Logger) siteImages {
	driver, ok := e.(*docker.Driver)
	if !ok {
		return siteImages{}
	}
	student := os.Getuid() // as which servers run, too, unless we are root
	if student == 0 {
		student = cfg.UIDs.Last
	}
	return siteImages{driver: driver, courses: image.NewCourses(image.CoursesOptions{
		Engine: imageEngine{driver}, Runner: driver, Site: site, RunDir: runDir, UID: student,
		Limits: limits(cfg.Servers), TryTimeout: cfg.Servers.StartTimeout, Logger: log,
	})}
}

// BuildCore builds the core images; Invalid where servers run in no image.
func (i siteImages) BuildCore(ctx context.Context, options image.Options, log io.Writer) error {
	if err := i.ready(ctx); err != nil {
		return err
	}
	return image.Builder{Engine: imageEngine{i.driver}, Log: log}.BuildCore(ctx, options)
}

// BuildCourse builds the image of a course; see [image.Courses.Build].
func (i siteImages) BuildCourse(ctx context.Context, options image.CourseOptions, log io.Writer) error {
	if err := i.ready(ctx); err != nil {
		return err
	}
	return i.courses.Build(ctx, options, log)
}

// Details looks into an image; see [image.Courses.Details].
func (i siteImages) Details(ctx context.Context, name string) (image.Details, error) {
	if err := i.ready(ctx); err != nil {
		return image.Details{}, err
	}
	return i.courses.Details(ctx, name)
}

func (i siteImages) ready(ctx context.Context) error {
	if i.driver == nil {
		return nbhosting.Errorf(nbhosting.Invalid, "Images are for the runtime docker; this site's servers run in none.")
	}
	if err := i.driver.Ping(ctx); err != nil {
		return nbhosting.Because(err, nbhosting.Unavailable, "The container engine does not answer: %v", err)
	}
	return nil
}

// imageEngine shows the docker driver to package image, which knows no driver.
type imageEngine struct{ *docker.Driver }

// BuildImage builds from a tar archive with a Dockerfile at its top.
func (e imageEngine) BuildImage(ctx context.Context, options image.BuildOptions, log io.Writer) error {
	return e.Driver.BuildImage(ctx, docker.BuildOptions(options), log)
}

// Stored returns what the engine knows of an image.
func (e imageEngine) Stored(ctx context.Context, ref string) (image.Stored, error) {
	details, err := e.ImageDetails(ctx, ref)
	return image.Stored(details), err
}
