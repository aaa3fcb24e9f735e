// Package image builds images: the core ones, which courses run in or start from,
// out of the recipes in package images; and those of courses, out of their
// Dockerfiles, which it tries before servers get them. It knows engines by what it asks of them.
package image

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/images"
)

// Engine is what builds and keeps images.
type Engine interface {
	ImageExists(ctx context.Context, ref string) (bool, error)
	// PullImage gets an image from its registry, and writes to progress while it does.
	PullImage(ctx context.Context, ref string, progress io.Writer) error
	// ImportImage makes an image of the file system in a tar archive. Changes
	// are instructions of a Dockerfile.
	ImportImage(ctx context.Context, ref string, tar io.Reader, changes []string) error
	BuildImage(ctx context.Context, options BuildOptions, log io.Writer) error
}

// BuildOptions say what image an engine builds.
type BuildOptions struct {
	Tag     string
	Context io.Reader // a tar archive with a Dockerfile at its top
	Args    map[string]string
	Labels  map[string]string
	NoCache bool
}

// Options say which core images to build, and on what.
type Options struct {
	Base    string   `json:"base"`     // BaseAuto, BasePublic, BaseDebian; empty is BaseAuto
	Names   []string `json:"names"`    // "minimal-notebook" or "nbhosting/minimal-notebook"; none is all
	NoCache bool     `json:"no_cache"` // build anew, with newer packages, what is up to date
}

// What core images are built on.
const (
	BaseAuto   = "auto"   // the public images where they can be had, else Debian packages
	BasePublic = "public" // the images that the Jupyter project publishes
	BaseDebian = "debian" // Debian packages
)

// Names of the core images, each of which holds what those before it hold.
const (
	Minimal = "nbhosting/minimal-notebook"
	Scipy   = "nbhosting/scipy-notebook"
)

var coreNames = []string{Minimal, Scipy}

// Builder builds core images.
type Builder struct {
	Engine Engine
	Log    io.Writer // gets what people want to follow: steps, and what they print

	// Host is what builds need of this machine; the zero value finds out.
	Host Host
}

// BuildCore builds the core images. What is up to date costs a second or two:
// the engine's cache tells. Errors: [nbhosting.Invalid] for options that make no sense.
func (b Builder) BuildCore(ctx context.Context, options Options) error {
	names, err := parseNames(options.Names)
	if err != nil {
		return err
	}
	base, err := b.chooseBase(ctx, options, names)
	if err != nil {
		return err
	}
	if base == BasePublic {
		return b.buildOnPublic(ctx, names, options.NoCache)
	}
	return b.buildOnDebian(ctx, names, options.NoCache)
}

func parseNames(given []string) ([]string, error) {
	if len(given) == 0 {
		return coreNames, nil
	}
	var names []string
	for _, name := range coreNames {
		if slices.Contains(given, name) || slices.Contains(given, short(name)) {
			names = append(names, name)
		}
	}
	for _, name := range given {
		if !slices.Contains(names, name) && !slices.Contains(names, "nbhosting/"+name) {
			return nil, nbhosting.Errorf(nbhosting.Invalid, "There is no core image %q; there are %s.", name, strings.Join(coreNames, " and "))
		}
	}
	return names, nil
}

func short(name string) string { return strings.TrimPrefix(name, "nbhosting/") }

func (b Builder) buildOnPublic(ctx context.Context, names []string, noCache bool) error {
	for _, name := range names {
		if err := b.build(ctx, name, publicRef(name), "requirements-public.txt", noCache); err != nil {
			return err
		}
	}
	return nil
}

func (b Builder) buildOnDebian(ctx context.Context, names []string, noCache bool) error {
	base, err := b.debianBase(ctx, noCache)
	if err != nil {
		return err
	}
	if err := b.build(ctx, Minimal, base, "requirements.txt", noCache); err != nil {
		return err
	}
	if !slices.Contains(names, Scipy) {
		return nil
	}
	return b.build(ctx, Scipy, Minimal, "requirements-scipy.txt", noCache)
}

func (b Builder) build(ctx context.Context, name, base, requirements string, noCache bool) error {
	b.say("%s: building on %s", name, base)
	recipe, err := b.Host.buildContext(images.Recipes)
	if err != nil {
		return fmt.Errorf("pack the recipe of %s: %w", name, err)
	}
	args := b.Host.buildArgs()
	args["BASE"], args["REQUIREMENTS"] = base, requirements
	options := BuildOptions{Tag: name, Context: recipe, Args: args, NoCache: noCache}
	if err := b.Engine.BuildImage(ctx, options, b.Log); err != nil {
		return fmt.Errorf("build %s: %w", name, err)
	}
	b.say("%s: ready", name)
	return nil
}

// say tells people. Who follows no longer must not stop the build.
func (b Builder) say(format string, args ...any) {
	_, _ = fmt.Fprintf(b.Log, format+"\n", args...)
}
