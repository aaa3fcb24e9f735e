package workspace

import (
	"errors"
	"fmt"
	"path"
)

// Remove takes a file out of the workspace, once what is in it is kept: o.Keep is
// given that, as by [Workspace.Replace]. A file that is not there is removed
// already. A link in its last place is followed.
func (w Workspace) Remove(file string, o ReplaceOptions) error {
	r, done, err := w.replacement(file, nil, o)
	if err != nil {
		return err
	}
	defer done()
	if err := r.remove(); err != nil {
		return explain(fmt.Errorf("remove %s in workspace %s: %w", file, w.key, err), file)
	}
	return nil
}

// remove takes the file's name away, then sees to what it was that had it. Whoever is
// killed in between leaves it as displaced: it gets a name again.
func (r *replacement) remove() error {
	present, err := r.open()
	if isAbsent(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer r.in.Close()
	defer present.Close()
	before, _, err := r.look(present)
	if err != nil {
		return err
	}
	if err := r.Keep(before); err != nil {
		return err
	}
	present.Close() // who waits to write may do so now; it is found below
	aside := &temp{in: r.in, name: tempName(path.Ext(r.base))}
	if err := r.w.as(func() error { return r.in.move(r.base, aside.name) }); err != nil {
		return err
	}
	if err := r.keepDisplaced(aside, before); err != nil {
		return errors.Join(err, r.w.as(func() error {
			if r.in.move(aside.name, r.base) == nil {
				return nil
			}
			return r.in.recover(aside.name)
		}))
	}
	return r.w.as(func() error { return errors.Join(r.in.remove(aside.name), r.in.Sync()) })
}
