package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
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

// images builds images where the runtime has such a thing.
type images struct{ engine engine }

// BuildCore builds the core images; Invalid where servers run in no image.
func (c images) BuildCore(ctx context.Context, options image.Options, log io.Writer) error {
	d, ok := c.engine.(*docker.Driver)
	if !ok {
		return nbhosting.Errorf(nbhosting.Invalid, "Images are for the runtime docker; this site's servers run in none.")
	}
	if err := d.Ping(ctx); err != nil {
		return nbhosting.Because(err, nbhosting.Unavailable, "The container engine does not answer: %v", err)
	}
	return image.Builder{Engine: imageEngine{d}, Log: log}.BuildCore(ctx, options)
}

// imageEngine shows the docker driver to package image, which knows no driver.
type imageEngine struct{ *docker.Driver }

// BuildImage builds from a tar archive with a Dockerfile at its top.
func (e imageEngine) BuildImage(ctx context.Context, options image.BuildOptions, log io.Writer) error {
	return e.Driver.BuildImage(ctx, docker.BuildOptions(options), log)
}

// BuildCourse builds the image of a course.
func (c images) BuildCourse(context.Context, nbhosting.Course, bool, io.Writer) error {
	return nbhosting.Errorf(nbhosting.Unavailable, "Images of courses are not built yet.")
}

// noBuilds stands where builds will be.
type noBuilds struct{}

func (noBuilds) Run(context.Context, nbhosting.CourseName, string, bool, io.Writer) error {
	return nbhosting.Errorf(nbhosting.Unavailable, "Builds are not run yet.")
}
