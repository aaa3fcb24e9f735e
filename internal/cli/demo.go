package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/demo"
	"github.com/nbhosting/nbhosting/internal/app"
	"github.com/nbhosting/nbhosting/internal/config"
	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/image"
	"github.com/nbhosting/nbhosting/internal/web"
)

// demoOptions are the flags of the demonstration.
type demoOptions struct{ dir, listen, runtime, binDir, logLevel string }

// demoImage is the image that the demonstration's course runs in.
const demoImage = "nbhosting/scipy-notebook"

func (e *env) demoCommand() *cobra.Command {
	var o demoOptions
	c := &cobra.Command{
		Use:   "demo",
		Short: "Serve a sample course from a directory of its own, until interrupted",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return e.demo(cmd.Context(), o) },
	}
	c.Flags().StringVar(&o.dir, "dir", "", "`directory` to keep everything in")
	c.Flags().StringVar(&o.listen, "listen", "127.0.0.1:8080", "`address` and port to serve on")
	c.Flags().StringVar(&o.runtime, "runtime", "docker", "docker or process")
	c.Flags().StringVar(&o.binDir, "bin-dir", "", "`directory` of the python3 that has Jupyter, for the runtime process")
	c.Flags().StringVar(&o.logLevel, "log", "warn", "`level` of the log: debug, info, warn or error")
	_ = c.MarkFlagRequired("dir")
	return c
}

// demo does what the administrator of a new site does, then serves.
func (e *env) demo(ctx context.Context, o demoOptions) (err error) {
	cfg, err := e.demoConfig(o)
	if err != nil {
		return err
	}
	if err := e.demoRepository(ctx, o); err != nil {
		return err
	}
	a, err := app.Open(ctx, cfg, e.Version, newLogger(cfg.Log, e.Stderr))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	c := &client{http: &http.Client{Transport: &local{handler: a.API()}}}
	if cfg.Runtime == "docker" {
		fmt.Fprintln(e.Stdout, "== images of the course's servers")
		if err := c.run(ctx, http.MethodPost, "/api/images/core", image.Options{Base: "auto"}, headlines{e.Stdout}); err != nil {
			return err
		}
	}
	fmt.Fprintln(e.Stdout, "== the sample course")
	if err := e.demoPublish(ctx, c, o); err != nil {
		return err
	}
	err = a.Serve(ctx, func(address string) { e.demoURLs(address, o) })
	fmt.Fprintln(e.Stdout, "== stopped, and the servers of the students with it")
	return err
}

// headlines passes on the lines that name an image of ours: what is done. The
// steps of the engine between them are for those who build images.
type headlines struct{ to io.Writer }

// Write is called with whole lines.
func (h headlines) Write(text []byte) (int, error) {
	for line := range bytes.Lines(text) {
		if bytes.HasPrefix(line, []byte("nbhosting/")) {
			if _, err := h.to.Write(line); err != nil {
				return 0, err
			}
		}
	}
	return len(text), nil
}

// demoConfig writes the configuration file of the demonstration and reads it
// back, so that every command can be tried with --config on the same site.
func (e *env) demoConfig(o demoOptions) (config.Config, error) {
	path := filepath.Join(o.dir, "nbhosting.yaml")
	text := fmt.Sprintf(`# The demonstration's configuration; written anew at each start.
root: %q
listen: %q
runtime: %q
process: {bin_dir: %q}
docker: {name_prefix: demo-}
frame_ancestors: ["'self'"]
access:
  allowed_referer_domains: [localhost, 127.0.0.1]
  allowed_addresses: [127.0.0.0/8, "::1"]
classroom: {open: true}
servers: {stop_on_exit: true}
log: {level: %q}
`, filepath.Join(o.dir, "site"), o.listen, o.runtime, o.binDir, o.logLevel)
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return config.Config{}, err
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return config.Config{}, err
	}
	return config.Load(path)
}

// repository is where the demonstration keeps its course's git repository.
func (o demoOptions) repository() string { return filepath.Join(o.dir, "demo-course") }

// demoRepository makes the course's git repository, or brings it up to date.
func (e *env) demoRepository(ctx context.Context, o demoOptions) error {
	if err := emptyRepository(o.repository()); err != nil {
		return fmt.Errorf("make room for the sample course: %w", err)
	}
	if err := demo.Write(o.repository()); err != nil {
		return err
	}
	return git.Runner{}.Snapshot(ctx, o.repository(), "A tour of notebooks")
}

// emptyRepository removes the files of a repository, not its history.
func emptyRepository(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, ".git")); errors.Is(err, fs.ErrNotExist) {
		return nil // nothing of ours: demo.Write replaces no file
	}
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		if entry.Name() != ".git" {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, entry.Name())))
		}
	}
	return err
}

func (e *env) demoPublish(ctx context.Context, c *client, o demoOptions) error {
	err := c.call(ctx, http.MethodGet, coursePath(demo.CourseName), nil, &struct{}{})
	switch {
	case err == nil:
		return c.run(ctx, http.MethodPost, coursePath(demo.CourseName)+"/pull", nil, e.Stdout)
	case nbhosting.KindOf(err) == nbhosting.NotFound:
		body := web.NewCourse{Name: demo.CourseName, GitURL: o.repository(), Image: demoImage}
		return c.run(ctx, http.MethodPost, "/api/courses", body, e.Stdout)
	}
	return err
}

// demoURLs prints what to click.
func (e *env) demoURLs(address string, o demoOptions) {
	fmt.Fprintln(e.Stdout, "== open these in a browser; any name may stand in place of alice")
	for _, notebook := range demoNotebooks() {
		launch := nbhosting.Launch{Course: demo.CourseName, Notebook: notebook, Student: "alice"}
		fmt.Fprintf(e.Stdout, "   http://%s%s\n", address, launch.Path())
	}
	fmt.Fprintf(e.Stdout, "== or all of the course in one page:\n   http://%s%s\n", address, web.ClassroomPath(demo.CourseName)+"?student=alice")
	fmt.Fprintf(e.Stdout, "== other commands: nbhosting --config %s server list\n", filepath.Join(o.dir, "nbhosting.yaml"))
	fmt.Fprintln(e.Stdout, "== serving; Ctrl-C stops it and the servers of the students")
}

// demoNotebooks returns the notebooks of the sample course, without extension,
// the one to begin with first.
func demoNotebooks() []string {
	notebooks := []string{demo.Notebook}
	course, err := demo.Course()
	if err != nil {
		return notebooks
	}
	for _, ext := range []string{".ipynb", ".md", ".py"} {
		files, _ := fs.Glob(course, "[0-9]*/*"+ext) // the pattern is a constant
		for _, file := range files {
			if name := nbhosting.TrimNotebookExtension(file); name != demo.Notebook {
				notebooks = append(notebooks, name)
			}
		}
	}
	return notebooks
}
