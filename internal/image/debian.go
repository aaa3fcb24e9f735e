package image

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/images"
)

// debianSuite fits the versions in the requirements: they are for its Python.
const debianSuite = "bookworm"

// debianSettings make an image of Debian packages look as the public images do.
var debianSettings = []string{
	"ENV PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"ENV LANG=C.UTF-8",
	"ENV LC_ALL=C.UTF-8",
	"ENV HOME=/home/jovyan",
	"ENV SHELL=/bin/bash",
	"ENV NB_USER=jovyan",
	"ENV NB_UID=1000",
	"ENV NB_GID=100",
	"WORKDIR /home/jovyan",
}

// debianRef names the image of Debian packages that today's recipe makes.
func debianRef() string {
	sum := sha256.New()
	for _, text := range []string{debianRecipe("packages.txt"), debianRecipe("customize.sh"), debianSuite, strings.Join(debianSettings, "\n")} {
		fmt.Fprintf(sum, "%d %s\n", len(text), text)
	}
	return "nbhosting/debian-base:" + hex.EncodeToString(sum.Sum(nil)[:6])
}

// debianRecipe returns the text of a file that is part of this program.
func debianRecipe(name string) string {
	text, err := fs.ReadFile(images.Recipes, "debian-base/"+name)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// debianBase returns the image of Debian packages, which it makes if it is not there.
func (b Builder) debianBase(ctx context.Context, anew bool) (ref string, err error) {
	ref = debianRef()
	if !anew {
		if exists, err := b.Engine.ImageExists(ctx, ref); err != nil || exists {
			return ref, err
		}
	}
	program, err := exec.LookPath(b.Host.mmdebstrap())
	if err != nil {
		return "", nbhosting.Because(err, nbhosting.Unavailable, "%s is made of Debian packages by mmdebstrap, which is not installed: apt-get install mmdebstrap.", ref)
	}
	b.say("%s: putting Debian packages together", ref)
	dir, err := os.MkdirTemp("", "nbhosting-image-")
	if err != nil {
		return "", fmt.Errorf("make %s: %w", ref, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	archive := filepath.Join(dir, "base.tar")
	if err := b.debootstrap(ctx, program, dir, archive); err != nil {
		return "", fmt.Errorf("make %s: %w", ref, err)
	}
	return ref, b.importFile(ctx, ref, archive)
}

// debootstrap writes a Debian file system as a tar archive. It goes to a file
// first: an engine would take half an archive for a whole one.
func (b Builder) debootstrap(ctx context.Context, program, dir, archive string) error {
	hook := filepath.Join(dir, "customize.sh")
	if err := os.WriteFile(hook, []byte(debianRecipe("customize.sh")), 0o700); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, program, "--quiet", "--variant=minbase", "--format=tar",
		"--include="+strings.Join(strings.Fields(debianRecipe("packages.txt")), ","),
		`--aptopt=APT::Install-Recommends "false"`,
		"--dpkgopt=path-exclude=/usr/share/man/*",
		"--dpkgopt=path-exclude=/usr/share/locale/*",
		"--dpkgopt=path-exclude=/usr/share/doc/*",
		"--dpkgopt=path-include=/usr/share/doc/*/copyright",
		"--customize-hook="+hook,
		debianSuite, archive)
	command.Stdout, command.Stderr = b.Log, b.Log
	// It removes its own directories when it is asked to end.
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = cleanupLimit
	return command.Run()
}

func (b Builder) importFile(ctx context.Context, ref, archive string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	return b.Engine.ImportImage(ctx, ref, f, debianSettings)
}
