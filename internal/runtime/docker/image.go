package docker

import (
	"context"
	"io"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/build"
	"github.com/moby/moby/client"
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
