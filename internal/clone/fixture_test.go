package clone_test

import (
	"log/slog"
	"os"
	"syscall"
	"testing"

	"github.com/nbhosting/nbhosting/internal/clone"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

func TestMain(m *testing.M) {
	syscall.Umask(0o022) // the program's own
	sitetest.UseMemory()
	os.Exit(m.Run())
}

const tour = sitetest.Tour

// site is a data directory with its clones.
type site struct {
	*clone.Clones
	sitetest.Disk
}

func newSite(t *testing.T) site {
	t.Helper()
	root := t.TempDir()
	return site{
		Clones: clone.New(clone.Options{Root: root, Logger: slog.New(slog.DiscardHandler)}),
		Disk:   sitetest.Disk{T: t, Root: root},
	}
}
