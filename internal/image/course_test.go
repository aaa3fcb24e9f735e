package image_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/image"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
)

// shelf is an engine that keeps the id of each name, and builds images whose id
// tells what they were built of.
type shelf struct {
	ids   map[string]string
	built []image.BuildOptions
	files map[string]string // of the last build
	fail  error
	log   string
}

func (s *shelf) BuildImage(_ context.Context, options image.BuildOptions, log io.Writer) error {
	files, err := unpack(options.Context)
	if err != nil {
		return err
	}
	s.files, s.built = files, append(s.built, options)
	fmt.Fprintln(log, "Step 1/1")
	if s.fail != nil {
		return s.fail
	}
	s.ids[options.Tag] = "id of " + files["Dockerfile"]
	return nil
}

func (s *shelf) TagImage(_ context.Context, ref, name string) error {
	s.ids[name] = s.ids[ref]
	return nil
}

func (s *shelf) RemoveImage(_ context.Context, ref string) error {
	delete(s.ids, ref)
	return nil
}

func (s *shelf) PruneImages(_ context.Context, label, value string) error {
	s.log += label + "=" + value
	return nil
}

func (s *shelf) Images(_ context.Context, pattern string) ([]string, error) {
	var all []string
	for name := range s.ids {
		if strings.HasPrefix(name, pattern+":") {
			all = append(all, "localhost/"+name)
		}
	}
	return all, nil
}

func (s *shelf) Stored(_ context.Context, ref string) (image.Stored, error) {
	if id, ok := s.ids[ref]; ok {
		return image.Stored{ID: id, Size: 7, Labels: map[string]string{"nbhosting.image": "c1"}}, nil
	}
	return image.Stored{}, runtime.ErrNoImage
}

// works answers as Jupyter does, with so many kernels.
func works(kernels string) fake.Program {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /try/api/status", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "{}") })
	mux.HandleFunc("GET /try/api/kernelspecs", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"kernelspecs": {`+kernels+`}}`)
	})
	return fake.Serve(mux)
}

const python = `"python3": {}`

// newCourses returns images on an engine whose images all behave like program.
func newCourses(t *testing.T, engine *shelf, program func(runtime.Spec) fake.Program) *image.Courses {
	t.Helper()
	runner := fake.NewEngine(program)
	t.Cleanup(runner.Close)
	uid := os.Geteuid()
	if uid == 0 {
		uid = 54321
	}
	dir, err := os.MkdirTemp("", "nbh") // the names of sockets are short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return image.NewCourses(image.CoursesOptions{
		Engine: engine, Runner: runner.Driver("s"), Host: image.Host{Environ: []string{"PIP_INDEX_URL=https://index.example/simple"}},
		Site: "s", RunDir: filepath.Join(dir, "s"), UID: uid,
		Limits: runtime.Limits{MemoryBytes: 256 << 20}, TryTimeout: time.Minute, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
}

func newShelf() *shelf { return &shelf{ids: map[string]string{"c1": "old"}} }

func layer(files ...string) fs.FS {
	tree := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		tree[files[i]] = &fstest.MapFile{Data: []byte(files[i+1]), Mode: 0o600}
	}
	return tree
}

func c1(layers ...fs.FS) image.CourseOptions {
	return image.CourseOptions{Course: "c1", Image: "c1", Layers: layers}
}

// wantRefused checks that an error is for people, of that kind, and says so.
func wantRefused(t *testing.T, err error, kind nbhosting.Kind, says string) {
	t.Helper()
	var refused *nbhosting.Error
	if !errors.As(err, &refused) || refused.Kind != kind || !strings.Contains(refused.Message, says) {
		t.Errorf("got %v, want a %s that says %q", err, kind, says)
	}
}

func TestBuildCourse(t *testing.T) {
	engine := newShelf()
	var tried runtime.Spec
	courses := newCourses(t, engine, func(spec runtime.Spec) fake.Program { tried = spec; return works(python) })
	var log bytes.Buffer
	options := c1(layer("Dockerfile", "FROM local"), layer("Dockerfile", "FROM x", "req.txt", "six"), layer("Dockerfile", "FROM y", "req.txt", "seven", "sub/a", "b"))
	if err := courses.Build(t.Context(), options, &log); err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	if diff := cmp.Diff(map[string]string{"c1": "id of FROM local"}, engine.ids); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}
	script := engine.files["start-in-dir-as-uid.sh"]
	delete(engine.files, "start-in-dir-as-uid.sh")
	if diff := cmp.Diff(map[string]string{"Dockerfile": "FROM local", "req.txt": "six", "sub/": "", "sub/a": "b"}, engine.files); diff != "" || !strings.HasPrefix(script, "#!/bin/sh") {
		t.Errorf("the build gets (-want +got):\n%s and the script %q", diff, script)
	}
	built := engine.built[0]
	if built.Args["PIP_INDEX_URL"] == "" || built.Labels["nbhosting.image"] != "c1" || built.NoCache {
		t.Errorf("built with %+v", built)
	}
	if tried.Network != runtime.NetworkNone || tried.Limits.MemoryBytes == 0 || tried.UID == 0 || tried.Image != built.Tag {
		t.Errorf("tried as %+v", tried)
	}
	if !strings.Contains(log.String(), "Step 1/1") || !strings.Contains(engine.log, "nbhosting.image=c1") {
		t.Errorf("log %q, pruned %q", log.String(), engine.log)
	}
	if left, _ := filepath.Glob(filepath.Join(courses.RunDir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestBadImagesAreNotUsed(t *testing.T) {
	for name, test := range map[string]struct {
		program fake.Program
		says    string
	}{
		"no python":     {fake.Exit(127, "exec python3 failed"), "no python3"},
		"no jupyterlab": {fake.Exit(1, "Traceback\nModuleNotFoundError: No module named 'jupyterlab'\n"), "no module named jupyterlab"},
		"a crash":       {fake.Exit(3, "boom\n"), "exit code 3"},
		"no kernel":     {works(""), "no kernel"},
		"silence":       {fake.Silent(), "did not answer within"},
	} {
		t.Run(name, func(t *testing.T) {
			engine := newShelf()
			courses := newCourses(t, engine, func(runtime.Spec) fake.Program { return test.program })
			courses.TryTimeout = 2 * time.Second
			var log bytes.Buffer
			wantRefused(t, courses.Build(t.Context(), c1(layer("Dockerfile", "FROM x")), &log), nbhosting.Invalid, test.says)
			if diff := cmp.Diff(map[string]string{"c1": "old"}, engine.ids); diff != "" {
				t.Errorf("images (-want +got):\n%s", diff)
			}
			if !strings.Contains(log.String(), test.says) {
				t.Errorf("log %q", log.String())
			}
		})
	}
}

func TestFailedBuilds(t *testing.T) {
	for says, test := range map[string]struct {
		err  error
		kind nbhosting.Kind
	}{
		"Dockerfile does not work": {errors.New("returned a non-zero code: 1"), nbhosting.Invalid},
		"disk":                     {errors.New("write /x: no space left on device"), nbhosting.Unavailable},
		"does not answer":          {fmt.Errorf("build: %w", runtime.ErrUnavailable), nbhosting.Unavailable},
	} {
		engine := newShelf()
		engine.fail = test.err
		courses := newCourses(t, engine, func(runtime.Spec) fake.Program { t.Error("tried"); return works(python) })
		wantRefused(t, courses.Build(t.Context(), c1(layer("Dockerfile", "FROM x")), io.Discard), test.kind, says)
		if diff := cmp.Diff(map[string]string{"c1": "old"}, engine.ids); diff != "" {
			t.Errorf("images (-want +got):\n%s", diff)
		}
	}
}

func TestContextOfCourses(t *testing.T) {
	link := func(target string) fs.FS {
		return fstest.MapFS{"Dockerfile": {}, "sub/link": {Data: []byte(target), Mode: fs.ModeSymlink}}
	}
	for name, test := range map[string]struct {
		layers []fs.FS
		want   string // files, or what the error says
	}{
		"no Dockerfile":            {[]fs.FS{layer("a", "")}, "local/c1"},
		"nothing":                  {nil, "no Dockerfile"},
		"a directory":              {[]fs.FS{layer("Dockerfile/a", "")}, "no Dockerfile"},
		"a directory that is not":  {[]fs.FS{os.DirFS("/no/such"), layer("Dockerfile", "")}, "Dockerfile"},
		"a link":                   {[]fs.FS{link("../Dockerfile")}, "Dockerfile sub/ sub/link"},
		"a link out":               {[]fs.FS{link("../../x")}, "leads out"},
		"a link to the host":       {[]fs.FS{link("/etc/passwd")}, "leads out"},
		"a device":                 {[]fs.FS{fstest.MapFS{"Dockerfile": {}, "x": {Mode: fs.ModeDevice}}}, "neither a file nor a directory"},
		"a file hides a directory": {[]fs.FS{layer("a", ""), layer("a/b", "", "Dockerfile", "")}, "a Dockerfile"},
		"its own script":           {[]fs.FS{layer("Dockerfile", "", "start-in-dir-as-uid.sh", "own")}, "Dockerfile start-in-dir-as-uid.sh=own"},
		"ignored files":            {[]fs.FS{layer(".dockerignore", "*\n!keep\n", "keep", "", "sub/a", "", "Dockerfile", "")}, ".dockerignore Dockerfile keep"},
		"a bad pattern":            {[]fs.FS{layer(".dockerignore", "[", "Dockerfile", "")}, "pattern"},
		"too many files":           {[]fs.FS{many(20_001)}, "20001 files"},
	} {
		engine := newShelf()
		courses := newCourses(t, engine, func(runtime.Spec) fake.Program { return works(python) })
		if err := courses.Build(t.Context(), c1(test.layers...), io.Discard); err != nil {
			if !strings.Contains(nbhosting.MessageOf(err), test.want) {
				t.Errorf("%s: %v, want %q", name, err, test.want)
			}
			continue
		}
		for want := range strings.FieldsSeq(test.want) {
			path, text, _ := strings.Cut(want, "=")
			if got, ok := engine.files[path]; !ok || text != "" && got != text {
				t.Errorf("%s: %s is %q, %v", name, path, got, ok)
			}
			delete(engine.files, path)
		}
		delete(engine.files, "start-in-dir-as-uid.sh")
		if len(engine.files) > 0 {
			t.Errorf("%s: the build also gets %v", name, engine.files)
		}
	}
}

func many(n int) fs.FS {
	tree := fstest.MapFS{"Dockerfile": {}}
	for i := range n - 1 {
		tree[fmt.Sprintf("f%d", i)] = &fstest.MapFile{}
	}
	return tree
}

func TestLeftoversAreCleared(t *testing.T) {
	engine := newShelf()
	engine.ids["nbhosting-unchecked:s-dead"], engine.ids["nbhosting-unchecked:other-live"] = "a", "b"
	courses := newCourses(t, engine, func(runtime.Spec) fake.Program { return works(python) })
	dead := filepath.Join(courses.RunDir, "try-dead", "run")
	if err := os.MkdirAll(dead, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := courses.Build(t.Context(), c1(layer("Dockerfile", "x")), io.Discard); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"c1": "id of x", "nbhosting-unchecked:other-live": "b"}, engine.ids); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(dead); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory of a dead build: %v", err)
	}
}

func TestOneBuildOfACourseAtATime(t *testing.T) {
	engine := newShelf()
	begun, goOn := make(chan struct{}), make(chan struct{})
	courses := newCourses(t, engine, func(runtime.Spec) fake.Program {
		close(begun)
		<-goOn
		return works(python)
	})
	first := make(chan error, 1)
	go func() { first <- courses.Build(t.Context(), c1(layer("Dockerfile", "x")), io.Discard) }()
	<-begun
	wantRefused(t, courses.Build(t.Context(), c1(layer("Dockerfile", "x")), io.Discard), nbhosting.Conflict, "already")
	close(goOn)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

func TestCheckOwn(t *testing.T) {
	for _, test := range []struct {
		course nbhosting.CourseName
		image  string
		says   string // nothing: may be built
	}{
		{"c1", "c1", ""},
		{"Python3", "python3", ""},
		{"Python3", "Python3", `"python3"`},
		{"c1", "nbhosting/scipy-notebook", "core image"},
		{"c1", "c2", "not its own"},
		{"c1", "c1:latest", "not its own"},
		{"é", "é", "named after"},
		{"c__", "c__", "named after"},
	} {
		err := image.CheckOwn(test.course, test.image)
		if test.says == "" && err == nil {
			continue
		}
		wantRefused(t, err, nbhosting.Invalid, test.says)
	}
}

func TestDetails(t *testing.T) {
	engine := newShelf()
	courses := newCourses(t, engine, func(spec runtime.Spec) fake.Program {
		if spec.Image != "old" || !spec.ReadOnlyRoot {
			t.Errorf("looked into %+v", spec)
		}
		return fake.Exit(0, "a warning\n"+`{"python": "3.11.2", "packages": {"jupyterlab": "4.2.0"}}`+"\n")
	})
	got, err := courses.Details(t.Context(), "c1")
	want := image.Details{Image: "c1", ID: "old", Size: 7, Course: "c1", Python: "3.11.2", Packages: map[string]string{"jupyterlab": "4.2.0"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v; details (-want +got):\n%s", err, diff)
	}
	_, err = courses.Details(t.Context(), "c2")
	wantRefused(t, err, nbhosting.NotFound, "c2")
	empty := newCourses(t, engine, func(runtime.Spec) fake.Program { return fake.Exit(127, "") })
	if got, err := empty.Details(t.Context(), "c1"); err != nil || got.Python != "" {
		t.Errorf("without Python: %+v, %v", got, err)
	}
}
