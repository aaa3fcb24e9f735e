package docker

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/build"
	"github.com/moby/moby/client"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// ImageExists tells whether the engine has the image.
func (d *Driver) ImageExists(ctx context.Context, ref string) (bool, error) {
	_, err := d.client.ImageInspect(ctx, ref)
	if cerrdefs.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, failed(err, "look for image", ref)
	}
	return true, nil
}

// PullImage gets the image from its registry. It writes lines about it to progress.
func (d *Driver) PullImage(ctx context.Context, ref string, progress io.Writer) error {
	answer, err := d.client.ImagePull(ctx, ref, client.ImagePullOptions{})
	if err != nil {
		return failed(err, "pull image", ref)
	}
	defer answer.Close()
	if err := follow(ctx, answer, progress); err != nil {
		return failed(err, "pull image", ref)
	}
	return nil
}

// ImportImage makes an image of one layer from a file system in a tar archive.
// Changes are instructions of a Dockerfile, as in "ENV LANG=C.UTF-8".
func (d *Driver) ImportImage(ctx context.Context, ref string, tar io.Reader, changes []string) error {
	source := client.ImageImportSource{Source: tar, SourceName: "-"}
	answer, err := d.client.ImageImport(ctx, source, ref, client.ImageImportOptions{Changes: changes})
	if err != nil {
		return failed(err, "import image", ref)
	}
	defer answer.Close()
	if err := follow(ctx, answer, io.Discard); err != nil {
		return failed(err, "import image", ref)
	}
	return nil
}

// BuildOptions say what image to build.
type BuildOptions struct {
	Tag     string
	Context io.Reader // a tar archive with a Dockerfile at its top
	Args    map[string]string
	Labels  map[string]string
	NoCache bool
}

// BuildImage builds an image with the engine's classic builder, the only one
// that needs nothing but the engine. What the build prints goes to log as it comes.
func (d *Driver) BuildImage(ctx context.Context, options BuildOptions, log io.Writer) error {
	args := make(map[string]*string, len(options.Args))
	for name, value := range options.Args {
		args[name] = &value
	}
	answer, err := d.client.ImageBuild(ctx, options.Context, client.ImageBuildOptions{
		Tags:        []string{options.Tag},
		BuildArgs:   args,
		Labels:      options.Labels,
		NoCache:     options.NoCache,
		Remove:      true,
		ForceRemove: true,
		Version:     build.BuilderV1,
	})
	if err != nil {
		return failed(err, "build image", options.Tag)
	}
	defer answer.Body.Close()
	if err := follow(ctx, answer.Body, log); err != nil {
		return failed(err, "build image", options.Tag)
	}
	return nil
}

// TagImage gives the image ref another name. What had that name before loses it.
func (d *Driver) TagImage(ctx context.Context, ref, name string) error {
	if _, err := d.client.ImageTag(ctx, client.ImageTagOptions{Source: ref, Target: name}); err != nil {
		return failed(err, "tag image", ref)
	}
	return nil
}

// RemoveImage takes the name ref from an image, and removes the image if that was
// its last name and no container needs it. The absent is no error.
func (d *Driver) RemoveImage(ctx context.Context, ref string) error {
	_, err := d.client.ImageRemove(ctx, ref, client.ImageRemoveOptions{PruneChildren: true})
	if err != nil && !cerrdefs.IsNotFound(err) {
		return failed(err, "remove image", ref)
	}
	return nil
}

// Images returns the names of the images whose name matches a pattern, as in
// "nbhosting/*", tags included.
func (d *Driver) Images(ctx context.Context, pattern string) ([]string, error) {
	listed, err := d.client.ImageList(ctx, client.ImageListOptions{Filters: make(client.Filters).Add("reference", pattern)})
	if err != nil {
		return nil, failed(err, "list images", pattern)
	}
	var names []string
	for _, image := range listed.Items {
		names = append(names, image.RepoTags...)
	}
	return names, nil
}

// PruneImages removes the images that have lost their names, have a label of that
// value, and run nowhere.
func (d *Driver) PruneImages(ctx context.Context, label, value string) error {
	filters := make(client.Filters).Add("dangling", "true").Add("label", label+"="+value)
	if _, err := d.client.ImagePrune(ctx, client.ImagePruneOptions{Filters: filters}); err != nil {
		return failed(err, "prune images of", value)
	}
	return nil
}

// ImageDetails is what an engine knows of an image.
type ImageDetails struct {
	ID      string    // with the kind of digest in front, as in "sha256:…"
	Created time.Time // zero if not known
	Size    int64     // bytes, layers that it shares with other images included
	Labels  map[string]string
}

// ImageDetails returns what the engine knows of the image ref, else [runtime.ErrNoImage].
func (d *Driver) ImageDetails(ctx context.Context, ref string) (ImageDetails, error) {
	found, err := d.client.ImageInspect(ctx, ref)
	if cerrdefs.IsNotFound(err) {
		return ImageDetails{}, fmt.Errorf("%w: %s", runtime.ErrNoImage, ref)
	}
	if err != nil {
		return ImageDetails{}, failed(err, "inspect image", ref)
	}
	details := ImageDetails{ID: found.ID, Size: found.Size}
	if !strings.Contains(details.ID, ":") {
		details.ID = "sha256:" + details.ID // Podman leaves it out
	}
	if found.Config != nil {
		details.Labels = found.Config.Labels
	}
	if created, err := time.Parse(time.RFC3339Nano, found.Created); err == nil {
		details.Created = created
	}
	return details, nil
}
