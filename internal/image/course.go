package image

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

// CourseEngine is what builds, names and drops the images of courses.
type CourseEngine interface {
	BuildImage(ctx context.Context, options BuildOptions, log io.Writer) error
	// TagImage gives the image ref another name, which is taken from the image that had it.
	TagImage(ctx context.Context, ref, name string) error
	// RemoveImage takes a name from an image, which goes with its last one.
	RemoveImage(ctx context.Context, ref string) error
	// PruneImages drops images that have lost their names, have a label, and run nowhere.
	PruneImages(ctx context.Context, label, value string) error
	// Images returns the names, with tags, of images whose name is like pattern.
	Images(ctx context.Context, pattern string) ([]string, error)
	// Stored returns what is known of an image, else [runtime.ErrNoImage].
	Stored(ctx context.Context, ref string) (Stored, error)
}

// Stored is what an engine knows of an image.
type Stored struct {
	ID      string
	Created time.Time
	Size    int64 // bytes, layers that it shares with other images included
	Labels  map[string]string
}

// Runner runs programs in images.
type Runner interface {
	Run(ctx context.Context, spec runtime.Spec, out io.Writer) (runtime.Exit, error)
}

// CoursesOptions are what the images of courses are made and tried with.
type CoursesOptions struct {
	Engine CourseEngine
	Runner Runner
	Host   Host
	Site   string // tells what several sites on one engine leave apart; letters and digits
	RunDir string // of this site, where images that are tried find what servers find in theirs
	UID    int    // an ordinary student's, as which images are tried; not 0
	Limits runtime.Limits
	// TryTimeout is how long Jupyter may take to answer in a new image.
	TryTimeout time.Duration
	Logger     *slog.Logger
}

// Courses builds the images of courses, and tells what is in images. Its methods
// may be called by several goroutines at once.
type Courses struct {
	CoursesOptions

	mu       sync.Mutex
	building map[nbhosting.CourseName]string // by id of the build
}

// NewCourses returns the images of the courses of a site.
func NewCourses(o CoursesOptions) *Courses {
	return &Courses{CoursesOptions: o, building: make(map[nbhosting.CourseName]string)}
}

// CourseOptions say which image to build.
type CourseOptions struct {
	Course nbhosting.CourseName
	Image  string // that the course is set to
	// Layers are the directories of the course's settings, the one that counts most first. In one of
	// them is a Dockerfile; the build gets all of them, laid over each other.
	Layers  []fs.FS
	NoCache bool
}

// labelImage is on every image built for a course, with the course's name.
const labelImage = "nbhosting.image"

// unchecked is the name of images that have been built and not yet tried.
const unchecked = "nbhosting-unchecked"

// courseBuild is one build.
type courseBuild struct {
	*Courses
	CourseOptions
	id  string
	log io.Writer
}

// Build builds the image of a course, tries whether Jupyter starts in it, and only then
// gives it its name: until then, and if anything fails, servers go on to start in the
// image that was there. What people want to follow goes to log. Errors: [nbhosting.Invalid] for what
// the course has to change, NotFound without a Dockerfile, Conflict while it is being built, Unavailable.
func (c *Courses) Build(ctx context.Context, options CourseOptions, log io.Writer) error {
	if err := CheckOwn(options.Course, options.Image); err != nil {
		return err
	}
	files, err := courseContext(options.Course, options.Layers)
	if err != nil {
		return fmt.Errorf("gather the files of the image of %s: %w", options.Course, err)
	}
	b := courseBuild{Courses: c, CourseOptions: options, id: strings.ToLower(rand.Text()[:10]), log: log}
	if !c.begin(b) {
		return nbhosting.Errorf(nbhosting.Conflict, "The image of course %s is being built already. Wait until that has ended.", options.Course)
	}
	defer c.end(b)
	c.clearAway(ctx)
	return b.run(ctx, files)
}

func (c *Courses) begin(b courseBuild) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.building[b.Course] != "" {
		return false
	}
	c.building[b.Course] = b.id
	return true
}

func (c *Courses) end(b courseBuild) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.building, b.Course)
}

func (b courseBuild) tag() string { return unchecked + ":" + b.Site + "-" + b.id }

func (b courseBuild) run(ctx context.Context, files []overlaid) error {
	defer b.removeTag(ctx)
	b.say("%s: building", b.Image)
	if err := b.build(ctx, files); err != nil {
		b.say("%s: not built: %v", b.Image, err)
		return b.explain(err)
	}
	b.say("%s: built; trying whether Jupyter starts in it", b.Image)
	if err := b.try(ctx); err != nil {
		b.say("%s: not used: %s", b.Image, nbhosting.MessageOf(err))
		return err
	}
	if err := b.Engine.TagImage(ctx, b.tag(), b.Image); err != nil {
		return fmt.Errorf("name the image of %s: %w", b.Course, err)
	}
	if err := b.Engine.PruneImages(ctx, labelImage, string(b.Course)); err != nil {
		b.Logger.Warn("the course's former image could not be dropped", "course", b.Course, "err", err)
	}
	b.say("%s: ready. Servers that are started from now on run in it.", b.Image)
	return nil
}

func (b courseBuild) build(ctx context.Context, files []overlaid) error {
	archive := archive(files)
	defer archive.Close()
	return b.Engine.BuildImage(ctx, BuildOptions{
		Tag:     b.tag(),
		Context: archive,
		Args:    b.Host.buildArgs(),
		Labels:  map[string]string{labelImage: string(b.Course)},
		NoCache: b.NoCache,
	}, b.log)
}

// explain puts a failed build into words for the course's author, who has its log.
func (b courseBuild) explain(err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("build the image of %s: %w", b.Course, err)
	case strings.Contains(err.Error(), "no space left on device"):
		return nbhosting.Because(err, nbhosting.Unavailable, "The image of course %s could not be built: the disk on which images are kept is full. Tell the administrator.", b.Course)
	case errors.Is(err, runtime.ErrUnavailable):
		return nbhosting.Because(err, nbhosting.Unavailable, "The image of course %s could not be built: the container engine does not answer. Tell the administrator.", b.Course)
	}
	return nbhosting.Because(err, nbhosting.Invalid, "The image of course %s could not be built: its Dockerfile does not work. The end of the build's output says at which step, and why. The image that was there, if any, is still in use.", b.Course)
}

const cleanupTimeout = 30 * time.Second

// removeTag takes the name for the time being from the image, however the build went.
func (b courseBuild) removeTag(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	if err := b.Engine.RemoveImage(ctx, b.tag()); err != nil {
		b.Logger.Warn("an image could not be cleared away; the next build tries again", "image", b.tag(), "err", err)
	}
}

// say tells people. Who follows no longer must not stop the build.
func (b courseBuild) say(format string, args ...any) {
	_, _ = fmt.Fprintf(b.log, format+"\n", args...)
}

// clearAway removes what builds left that were killed. That it cannot is no
// reason not to build.
func (c *Courses) clearAway(ctx context.Context) {
	tags, err := c.Engine.Images(ctx, unchecked)
	if err != nil {
		c.Logger.Warn("leftovers of builds could not be looked for", "err", err)
	}
	dirs, err := filepath.Glob(filepath.Join(c.RunDir, tryDir+"*"))
	if err != nil {
		c.Logger.Warn("leftovers of builds could not be looked for", "err", err)
	}
	for _, ref := range tags {
		_, id, ours := strings.Cut(ref, unchecked+":"+c.Site+"-")
		if ours && !c.isBuilding(id) {
			err = errors.Join(err, c.Engine.RemoveImage(ctx, unchecked+":"+c.Site+"-"+id))
		}
	}
	for _, dir := range dirs {
		if !c.isBuilding(strings.TrimPrefix(filepath.Base(dir), tryDir)) {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}
	if err != nil {
		c.Logger.Warn("leftovers of builds could not be removed", "err", err)
	}
}

func (c *Courses) isBuilding(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, other := range c.building {
		if other == id {
			return true
		}
	}
	return false
}
