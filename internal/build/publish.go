package build

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/disk"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// publish copies what a script left, and shows it once it is complete.
func (b *Builder) publish(ctx context.Context, t task, s scratch, log io.Writer) error {
	dir := b.results.of(t.course, t.build.ID)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := removeTemporary(dir); err != nil {
		return err
	}
	temp := filepath.Join(dir, tempPrefix+rand.Text())
	defer os.RemoveAll(temp)
	if err := os.Mkdir(temp, 0o755); err != nil {
		return err
	}
	if err := b.collect(ctx, t, s, temp, log); err != nil {
		return err
	}
	if err := disk.Sync(temp); err != nil {
		return err
	}
	name, err := b.results.place(t, temp)
	if err != nil {
		return err
	}
	if err := b.results.show(t.course, t.build.ID, name); err != nil {
		return err
	}
	b.Logger.Info("book built", "course", t.course, "build", t.build.ID, "commit", t.commit, "result", name)
	b.prune(t, name)
	return nil
}

// collect copies the result of a task into temp, and says there what it is.
func (b *Builder) collect(ctx context.Context, t task, s scratch, temp string, log io.Writer) error {
	from, err := s.openResult(t.build)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenRoot(temp)
	if err != nil {
		return err
	}
	defer to.Close()
	c := &copier{from: from, to: to, owner: b.UID, maxBytes: b.MaxBytes, maxFiles: b.MaxFiles, log: log}
	if err := c.copy(ctx); err != nil {
		return err
	}
	folder := path.Join(t.build.Directory, t.build.ResultFolder)
	if c.regular == 0 {
		return nbhosting.Errorf(nbhosting.Invalid, "The script of the build has ended well, but left no file in its “result_folder” %q.", folder)
	}
	entry, err := entryURL(to, t.build.EntryPoint)
	if err != nil {
		return nbhosting.Because(err, nbhosting.Invalid, "The script of the build has ended well, but there is no %q in its “result_folder” %q; %s. Mend its “entry_point”.",
			t.build.EntryPoint, folder, near(to, t.build.EntryPoint, "that"))
	}
	fmt.Fprintf(log, "the result: %d files, %s\n", c.regular, size(c.bytes))
	return record{Commit: t.commit, BuiltAt: time.Now().UTC(), Digest: t.digest, Entry: entry}.write(to)
}

// openResult opens the result folder of a build that has run.
func (s scratch) openResult(said settings.Build) (*os.Root, error) {
	work, err := os.OpenRoot(s.path(workPart))
	if err != nil {
		return nil, err
	}
	defer work.Close()
	folder := path.Join(said.Directory, said.ResultFolder)
	info, err := work.Stat(folder)
	switch {
	case err != nil:
		return nil, nbhosting.Because(err, nbhosting.Invalid, "The script of the build has ended well, but there is no %q, its “result_folder”; %s. Mend the “result_folder”, which starts in its “directory”.",
			folder, near(work, folder, topOfCourse))
	case !info.IsDir():
		return nil, nbhosting.Errorf(nbhosting.Invalid, "The script of the build has ended well, but %q, its “result_folder”, is no directory.", folder)
	}
	return work.OpenRoot(folder)
}
