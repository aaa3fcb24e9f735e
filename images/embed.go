// Package images holds the recipes of the core images, as files: what is
// installed, how, and the settings that every Jupyter of a site has. Package
// image builds from them; scripts/python installs the same for the process runtime.
package images

import "embed"

// Recipes are the files of this directory that a build needs.
//
//go:embed Dockerfile *.sh *.txt trust.py debian-base jupyter
var Recipes embed.FS
