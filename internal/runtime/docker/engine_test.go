package docker_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/docker"
)

// spec returns an instance that listens in a directory of its own.
func spec(t *testing.T, image string) runtime.Spec {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return runtime.Spec{
		Name:    "c1-x-student",
		Image:   image,
		UID:     student,
		GID:     student,
		Dir:     dir,
		Mounts:  []runtime.Mount{{Source: dir, Target: "/server"}},
		Command: []string{"testprogram", "-socket", "/server/" + runtime.SocketName},
		WorkDir: "/",
		Network: runtime.NetworkNone,
	}
}

// start starts an instance that is removed after the test.
func start(t *testing.T, d *docker.Driver, spec runtime.Spec) {
	t.Helper()
	t.Cleanup(func() {
		if err := d.Remove(context.Background(), spec.Name); err != nil {
			t.Error(err)
		}
	})
	if _, err := d.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
}

func testForeign(t *testing.T, e engine) {
	image, c := e.image, engineClient(t, e.host)
	d := open(t, e.host, "test-foreign")
	s := spec(t, image)
	foreign, err := c.ContainerCreate(t.Context(), client.ContainerCreateOptions{
		Name: "test-foreign-" + s.Name,
		// As the copy of one of ours, started by hand, would be labelled.
		Config: &container.Config{Image: image, Labels: map[string]string{"nbhosting.site": "test-foreign", "nbhosting.name": "another"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.ContainerRemove(context.Background(), foreign.ID, client.ContainerRemoveOptions{Force: true})
	if _, err := d.Start(t.Context(), s); !errors.Is(err, runtime.ErrNameTaken) {
		t.Errorf("start: %v, want ErrNameTaken", err)
	}
	if all, err := d.List(t.Context()); err != nil || len(all) > 0 {
		t.Errorf("list: %v, %v, want nothing", all, err)
	}
	if err := d.Remove(t.Context(), s.Name); err != nil {
		t.Errorf("remove: %v", err)
	}
	if _, err := c.ContainerInspect(t.Context(), foreign.ID, client.ContainerInspectOptions{}); err != nil {
		t.Errorf("the foreign container: %v", err)
	}
}

func testPaused(t *testing.T, e engine) {
	d, c := open(t, e.host, "test-paused"), engineClient(t, e.host)
	for _, end := range []func(name string) error{
		func(name string) error { return d.Stop(t.Context(), name, time.Minute) },
		func(name string) error { return d.Remove(t.Context(), name) },
	} {
		s := spec(t, e.image)
		start(t, d, s)
		pause(t, d, s.Name, func() error {
			_, err := c.ContainerPause(t.Context(), "test-paused-"+s.Name, client.ContainerPauseOptions{})
			return err
		})
		if err := end(s.Name); err != nil {
			t.Errorf("end: %v", err)
		}
		if i, err := d.Inspect(t.Context(), s.Name); err == nil && i.State != runtime.Ended {
			t.Errorf("inspect: %+v, want ended or gone", i)
		}
	}
}

// pause pauses an instance. An engine under load may need several attempts.
func pause(t *testing.T, d *docker.Driver, name string, attempt func() error) {
	t.Helper()
	var attemptErr error
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		attemptErr = attempt()
		i, err := d.Inspect(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if i.State == runtime.Paused {
			return
		}
	}
	t.Fatalf("%s is not paused: %v", name, attemptErr)
}

func testBuild(t *testing.T, e engine) {
	base, d := e.image, open(t, e.host, "test-build")
	tag := strings.TrimSuffix(base, ":latest") + "-built:1"
	t.Cleanup(func() {
		engineClient(t, e.host).ImageRemove(context.Background(), tag, client.ImageRemoveOptions{})
	})
	if exists, err := d.ImageExists(t.Context(), tag); err != nil || exists {
		t.Fatalf("before the build: %v, %v", exists, err)
	}
	var log bytes.Buffer
	options := docker.BuildOptions{Tag: tag, Context: dockerfile(t, "ARG BASE\nFROM $BASE\nENV BUILT=yes\n"), Args: map[string]string{"BASE": base}}
	if err := d.BuildImage(t.Context(), options, &log); err != nil {
		t.Fatalf("build: %v\n%s", err, log.String())
	}
	if !strings.Contains(strings.ToUpper(log.String()), "BUILT") {
		t.Errorf("the log does not tell of the build: %q", log.String())
	}
	if exists, err := d.ImageExists(t.Context(), tag); err != nil || !exists {
		t.Errorf("after the build: %v, %v", exists, err)
	}
	options.Context = dockerfile(t, "FROM "+base+"\nRUN [\"/no/such/program\"]\n")
	if err := d.BuildImage(t.Context(), options, &log); err == nil || errors.Is(err, runtime.ErrUnavailable) {
		t.Errorf("a build that fails: %v", err)
	}
}

// dockerfile returns a build context of that one file.
func dockerfile(t *testing.T, text string) *bytes.Buffer {
	t.Helper()
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	err := w.WriteHeader(&tar.Header{Name: "Dockerfile", Mode: 0o644, Size: int64(len(text))})
	_, writeErr := w.Write([]byte(text))
	if err := errors.Join(err, writeErr, w.Close()); err != nil {
		t.Fatal(err)
	}
	return &archive
}
