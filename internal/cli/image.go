package cli

import (
	"net/http"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting/internal/image"
)

func (e *env) buildCoreImagesCommand() *cobra.Command {
	var options image.Options
	c := &cobra.Command{
		Use:   "build-core-images [NAME…]",
		Short: "Build the images that courses run in or start from",
		Long: "Build nbhosting/minimal-notebook and nbhosting/scipy-notebook, or those named.\n" +
			"They start from Jupyter's public images or, where no registry is reachable, from Debian packages.",
		RunE: func(cmd *cobra.Command, args []string) error {
			options.Names = args
			return e.runJob(cmd, http.MethodPost, "/api/images/core", options)
		},
	}
	c.Flags().StringVar(&options.Base, "base", "auto", "what to build on: public, debian, or auto")
	c.Flags().BoolVarP(&options.NoCache, "force", "f", false, "build anew what is up to date")
	return c
}
