package docker_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/docker"
	"github.com/nbhosting/nbhosting/internal/runtime/runtimetest"
)

// student is who programs run as: nobody whom this host knows.
const student = 54321

// engine is a real one, with an image that has the test program in it.
type engine struct {
	host   string
	image  string
	podman bool
}

func TestDocker(t *testing.T) {
	onEngine(t, engine{}, "NBHOSTING_TEST_DOCKER")
}

func TestPodman(t *testing.T) {
	socket := os.Getenv("NBHOSTING_TEST_PODMAN_SOCKET")
	if socket == "" {
		socket = "/run/podman/podman.sock"
	}
	onEngine(t, engine{host: "unix://" + socket, podman: true}, "NBHOSTING_TEST_PODMAN")
}

// onEngine runs all tests that need an engine, if it answers. Its absence is a
// failure where the environment variable says "require".
func onEngine(t *testing.T, e engine, variable string) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := open(t, e.host, "test-ping").Ping(ctx); err != nil {
		if os.Getenv(variable) == "require" {
			t.Fatalf("%s requires an engine: %v", variable, err)
		}
		t.Skipf("no engine here: %v", err)
	}
	e.image = testImage(t, e.host)
	if err := tryContainer(t, e); err != nil && os.Getenv(variable) != "require" {
		t.Skipf("the engine here cannot run a container: %v", err)
	}
	for name, test := range map[string]func(*testing.T, engine){
		"contract":                          testContract,
		"a foreign container is let be":     testForeign,
		"a paused instance is stopped":      testPaused,
		"both ways to tell usage agree":     testUsages,
		"the network is our own":            testBridge,
		"the network keeps instances apart": testApart,
		"images are built":                  testBuild,
		"images have names":                 testImages,
	} {
		t.Run(name, func(t *testing.T) { test(t, e) })
	}
}

// tryContainer starts a container past the driver, and removes it. Only an engine
// that cannot run any is an error: what else may be wrong is for the tests to find.
func tryContainer(t *testing.T, e engine) error {
	c := engineClient(t, e.host)
	limit := func(name string) *container.Ulimit { return &container.Ulimit{Name: name, Soft: 1024, Hard: 1024} }
	created, err := c.ContainerCreate(t.Context(), client.ContainerCreateOptions{
		Config: &container.Config{Image: e.image, Entrypoint: []string{"/program"}},
		HostConfig: &container.HostConfig{
			NetworkMode: "none", Resources: container.Resources{Ulimits: []*container.Ulimit{limit("nofile"), limit("nproc")}},
		},
	})
	if err != nil {
		return err
	}
	defer c.ContainerRemove(context.Background(), created.ID, client.ContainerRemoveOptions{Force: true})
	_, err = c.ContainerStart(t.Context(), created.ID, client.ContainerStartOptions{})
	if err != nil && strings.Contains(err.Error(), "cgroup") {
		return err
	}
	return nil
}

func open(t *testing.T, host, site string) *docker.Driver {
	t.Helper()
	d, err := docker.New(docker.Options{Host: host, Site: site, NamePrefix: site + "-", Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// engineClient speaks to the engine past the driver.
func engineClient(t *testing.T, host string) *client.Client {
	t.Helper()
	where := client.WithHostFromEnv()
	if host != "" {
		where = client.WithHost(host)
	}
	c, err := client.New(where)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// testImage makes an image with the test program only, and what images of
// others bring with them: an entry point, labels, a volume. It is removed after the test.
func testImage(t *testing.T, host string) string {
	t.Helper()
	ref := "nbhosting-test/" + strings.ToLower(rand.Text()[:10]) + ":latest"
	changes := []string{`ENTRYPOINT ["/no/such/entrypoint"]`, `CMD ["unwanted"]`, `LABEL course=of-the-image image=yes`, `ENV PATH=/bin`, `VOLUME /data`}
	if err := open(t, host, "test-image").ImportImage(t.Context(), ref, programArchive(t), changes); err != nil {
		t.Fatal(err)
	}
	c := engineClient(t, host)
	t.Cleanup(func() {
		if _, err := c.ImageRemove(context.Background(), ref, client.ImageRemoveOptions{}); err != nil {
			t.Errorf("remove the image: %v", err)
		}
	})
	return ref
}

func programArchive(t *testing.T) *bytes.Buffer {
	t.Helper()
	program, err := os.ReadFile(runtimetest.BuildProgram(t))
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	header := &tar.Header{Name: "bin/testprogram", Mode: 0o755, Size: int64(len(program))}
	everybodys := &tar.Header{Name: "open/", Typeflag: tar.TypeDir, Mode: 0o777}
	if err := errors.Join(w.WriteHeader(everybodys), w.WriteHeader(header)); err != nil {
		t.Fatal(err)
	}
	_, err = w.Write(program)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return &archive
}

func testContract(t *testing.T, e engine) {
	runtimetest.Run(t, func(t *testing.T) runtimetest.Harness {
		return runtimetest.Harness{
			Open:            func(t *testing.T, site string) runtime.Runtime { return open(t, e.host, site) },
			Program:         "testprogram",
			Image:           e.image,
			UID:             student,
			GID:             student,
			Processes:       true,
			Runs:            true,
			LimitsMemory:    true,
			LimitsPIDs:      true,
			LimitsOpenFiles: true,
			TellsOOM:        !e.podman, // there it depends on the host's cgroups
			Leftovers:       func(t *testing.T, site string) []string { return leftovers(t, e.host, site) },
		}
	})
}

// leftovers returns what the engine has with a site's label.
func leftovers(t *testing.T, host, site string) []string {
	c := engineClient(t, host)
	filters := make(client.Filters).Add("label", "nbhosting.site="+site)
	containers, err := c.ContainerList(context.Background(), client.ContainerListOptions{All: true, Filters: filters})
	if err != nil {
		t.Error(err)
	}
	var left []string
	for _, found := range containers.Items {
		left = append(left, found.Names...)
	}
	return left
}
