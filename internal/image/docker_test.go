package image_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/image"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/docker"
)

// dockerImages shows the driver to package image, as the program does.
type dockerImages struct{ *docker.Driver }

func (d dockerImages) BuildImage(ctx context.Context, o image.BuildOptions, log io.Writer) error {
	return d.Driver.BuildImage(ctx, docker.BuildOptions(o), log)
}

func (d dockerImages) Stored(ctx context.Context, ref string) (image.Stored, error) {
	details, err := d.ImageDetails(ctx, ref)
	return image.Stored(details), err
}

// workshop is a course on a real engine.
type workshop struct {
	*testing.T
	driver  *docker.Driver
	courses *image.Courses
	course  nbhosting.CourseName
}

// newWorkshop skips the test where the engine at host has no core images; that is
// a failure where the environment variable says "require".
func newWorkshop(t *testing.T, host, variable string) *workshop {
	t.Helper()
	site := strings.ToLower(rand.Text()[:10])
	d, err := docker.New(docker.Options{Host: host, Site: site, NamePrefix: site + "-", Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if exists, err := d.ImageExists(t.Context(), image.Minimal); err != nil || !exists {
		if os.Getenv(variable) == "require" {
			t.Fatalf("the core images are required: %v", err)
		}
		t.Skipf("no core images here: %v", err)
	}
	dir, err := os.MkdirTemp("", "nbh")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	uid := os.Geteuid()
	if uid == 0 {
		uid = 54321
	}
	w := &workshop{T: t, driver: d, course: nbhosting.CourseName("test-" + site)}
	w.courses = image.NewCourses(image.CoursesOptions{
		Engine: dockerImages{d}, Runner: d, Site: site, RunDir: filepath.Join(dir, site), UID: uid,
		Limits: runtime.Limits{MemoryBytes: 1 << 30, CPUs: 2, PIDs: 256, OpenFiles: 4096}, TryTimeout: 2 * time.Minute,
		Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	t.Cleanup(func() {
		w.wantNothingLeft()
		if err := d.RemoveImage(context.Background(), string(w.course)); err != nil {
			t.Error(err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return w
}

// wantNothingLeft looks for what builds should have cleared away.
func (w *workshop) wantNothingLeft() {
	ctx := context.Background()
	if all, err := w.driver.List(ctx); err != nil || len(all) > 0 {
		w.Errorf("instances left: %v, %v", all, err)
	}
	names, err := w.driver.Images(ctx, "nbhosting-unchecked")
	if err != nil {
		w.Error(err)
	}
	for _, name := range names {
		if strings.Contains(name, w.courses.Site) {
			w.Errorf("left: %s", name)
		}
	}
	if dirs, _ := filepath.Glob(filepath.Join(w.courses.RunDir, "*")); len(dirs) > 0 {
		w.Errorf("left: %v", dirs)
	}
}

// build builds the course's image of a Dockerfile; it returns what was logged.
func (w *workshop) build(dockerfile string) (string, error) {
	var log bytes.Buffer
	options := image.CourseOptions{Course: w.course, Image: string(w.course), Layers: layers(dockerfile)}
	err := w.courses.Build(w.Context(), options, &log)
	return log.String(), err
}

// id returns the id of the course's image.
func (w *workshop) id() string {
	w.Helper()
	details, err := w.driver.ImageDetails(w.Context(), string(w.course))
	if err != nil {
		w.Fatal(err)
	}
	return details.ID
}

// goodDockerfile is as those of old courses are, and checks the script that they copy.
const goodDockerfile = `FROM nbhosting/minimal-notebook
USER root
COPY start-in-dir-as-uid.sh /usr/local/bin
RUN chmod 755 /usr/local/bin/start-in-dir-as-uid.sh && mkdir /d && touch /d/f
RUN start-in-dir-as-uid.sh -s /d 54321 sh -c 'test "$(id -u) $HOME $PWD" = "54321 /home/jovyan /d" && test -O f'
RUN ! start-in-dir-as-uid.sh /d 0 true
`

func TestCourseImagesOnDocker(t *testing.T) {
	testCourseImages(newWorkshop(t, "", "NBHOSTING_TEST_DOCKER"))
}

// TestCourseImagesOnPodman is for those who have core images there: nothing
// builds them for the sake of tests.
func TestCourseImagesOnPodman(t *testing.T) {
	socket := os.Getenv("NBHOSTING_TEST_PODMAN_SOCKET")
	if socket == "" {
		socket = "/run/podman/podman.sock"
	}
	testCourseImages(newWorkshop(t, "unix://"+socket, "NBHOSTING_TEST_PODMAN_IMAGES"))
}

func testCourseImages(w *workshop) {
	if log, err := w.build(goodDockerfile); err != nil {
		w.Fatalf("%v\n%s", err, log)
	}
	good := w.id()
	for says, dockerfile := range map[string]string{
		"no python3":               "FROM scratch\nCOPY Dockerfile /\n",
		"no module named":          "FROM nbhosting/minimal-notebook\nRUN pip uninstall --yes jupyterlab\n",
		"no kernel":                "FROM nbhosting/minimal-notebook\nRUN pip uninstall --yes ipykernel && rm -rf /opt/venv/share/jupyter/kernels\n",
		"Dockerfile does not work": "FROM nbhosting/minimal-notebook\nRUN echo so far; false\n",
	} {
		log, err := w.build(dockerfile)
		wantRefused(w.T, err, nbhosting.Invalid, says)
		if err == nil || w.Failed() {
			w.Logf("%s", log)
		}
		if now := w.id(); now != good {
			w.Errorf("%s: the image has become %s, was %s", says, now, good)
		}
		w.wantNothingLeft()
	}
	details, err := w.courses.Details(w.Context(), string(w.course))
	if err != nil || details.ID != good || details.Course != string(w.course) || !strings.HasPrefix(details.Python, "3.") || details.Packages["jupyterlab"] == "" || details.Size == 0 {
		w.Errorf("details: %+v, %v", details, err)
	}
}

func layers(dockerfile string) []fs.FS { return []fs.FS{layer("Dockerfile", dockerfile)} }
