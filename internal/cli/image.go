package cli

import (
	"net/http"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting/internal/image"
)

func (e *env) imageCommand() *cobra.Command {
	return group("image", "Images that courses run in or start from", e.buildCoreImagesCommand("build-core"))
}

func (e *env) buildCoreImagesCommand(name string) *cobra.Command {
	var options image.Options
	var detach bool
	c := &cobra.Command{
		Use:   name + " [NAME…]",
		Short: "Build the images that courses run in or start from",
		Long: "Build nbhosting/minimal-notebook and nbhosting/scipy-notebook, or those named.\n" +
			"They start from Jupyter's public images or, where no registry is reachable, from Debian packages.",
		Example: "  nbhosting build-core-images\n  nbhosting build-core-images scipy-notebook --force",
		RunE: func(cmd *cobra.Command, args []string) error {
			options.Names = args
			return e.runOne(cmd.Context(), coreTask(options), detach)
		},
		ValidArgsFunction: fixed("minimal-notebook", "scipy-notebook"),
	}
	c.Flags().StringVar(&options.Base, "base", image.BaseAuto, "what to build `on`: public, debian, or auto")
	c.Flags().BoolVarP(&options.NoCache, "force", "f", false, "build anew what is up to date")
	_ = c.RegisterFlagCompletionFunc("base", fixed(image.BaseAuto, image.BasePublic, image.BaseDebian)) // the flag is there
	detachFlag(c, &detach)
	return c
}

func coreTask(options image.Options) task {
	return task{method: http.MethodPost, path: "/api/images/core", body: options}
}
