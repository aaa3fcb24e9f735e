package history

import (
	"errors"
	"os"
	"path/filepath"
)

// renewal makes a new file of a pack, with the versions that stay. It is written
// beside the old one without the pack's mutex; only what was added meanwhile
// is copied with it, before the new file replaces the old one. Records are
// copied as they are, unless what they lean on does not stay.
type renewal struct {
	pack    *pack
	store   *Store
	from    *os.File
	old     []entry // those that were there when it began
	stays   []bool
	to      writer
	moved   map[int64]int64 // new offsets by old ones
	copied  int             // how many of the old entries were looked at
	damaged bool            // there is something in the old file that is not in the new one, and should be
}

var errMoved = errors.New("the file was replaced meanwhile")

// removes tells whether there is a version that does not stay.
func (n *renewal) removes() bool {
	for _, stays := range n.stays {
		if !stays {
			return true
		}
	}
	return false
}

func (n *renewal) create() error {
	path := n.pack.path + newSuffix
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	n.to = writer{pack: &pack{path: path, marker: n.pack.marker}, f: f, file: fileOf(n.old), known: func(string, sum) ([]byte, bool) { return nil, false }}
	return nil
}

// close removes what was not put in its place.
func (n *renewal) close() {
	n.from.Close()
	n.to.f.Close()
	os.Remove(n.pack.path + newSuffix)
}

// copyTo copies those of the first so many old entries that stay, and were not copied yet.
func (n *renewal) copyTo(end int) error {
	for ; n.copied < end; n.copied++ {
		if n.copied < len(n.stays) && !n.stays[n.copied] {
			continue
		}
		if err := n.copy(n.copied); err != nil {
			return err
		}
	}
	return nil
}

func (n *renewal) copy(i int) error {
	e := n.old[i]
	rec, ok, err := n.asItIs(e)
	if err == nil && !ok {
		rec, err = n.anew(i)
		if errors.Is(err, errDamaged) {
			n.store.log.Error("a version is damaged, and is left out of the history", "pack", n.pack.path, "version", idOf(e.Milli, e.sum), "err", err)
			n.damaged = true
			return nil
		}
	}
	if err != nil {
		return err
	}
	n.moved[e.off] = rec.entry.off
	return n.to.append(rec)
}

// asItIs returns the record of an entry with the same data, if what it leans on is in the new file.
func (n *renewal) asItIs(e entry) (rec record, ok bool, err error) {
	h, depth := e.head, 0
	h.Sum, h.Same, h.On = e.sum[:], 0, 0
	if e.base >= 0 || e.lost {
		off, ok := n.moved[e.base]
		if e.lost || !ok {
			return rec, false, nil
		}
		depth = n.to.pack.entries[entryAt(n.to.pack.entries, off)].depth
		if e.isSame() {
			h.Same = n.to.pack.end - off
		} else {
			h.On = n.to.pack.end - off
			depth++
		}
	}
	if depth > maxDepth {
		return rec, false, nil
	}
	data := make([]byte, e.end-e.dataOff)
	if _, err := n.from.ReadAt(data, e.dataOff); err != nil {
		return rec, false, err
	}
	rec, err = n.to.record(h, data, depth)
	return rec, true, err
}

// anew returns the record of an entry whose content is written anew.
func (n *renewal) anew(i int) (record, error) {
	e := n.old[i]
	chain, err := chainOf(n.old, i)
	if err != nil {
		return record{}, err
	}
	content, err := contentOf(n.from, chain, e.sum)
	if err != nil {
		return record{}, err
	}
	h := e.head
	h.Same, h.On, h.Prefix, h.Suffix, h.File = 0, 0, 0, 0, ""
	return n.to.make(h, e.sum, content)
}

// replace puts the new file in the place of the old one.
func (n *renewal) replace() error {
	p := n.pack
	p.mu.Lock()
	defer p.mu.Unlock()
	now, err := p.open(os.O_RDONLY)
	if err != nil || now == nil {
		return errors.Join(err, errMoved)
	}
	defer now.Close()
	same, err := areSame(n.from, now)
	if err != nil || !same || len(p.entries) < len(n.old) {
		return errors.Join(err, errMoved)
	}
	if len(p.entries) > len(n.old) { // versions were added
		n.old = p.entries
		if err := n.copyTo(len(n.old)); err != nil {
			return err
		}
		if err := n.to.f.Sync(); err != nil {
			return err
		}
	}
	if n.damaged {
		if err := os.Link(p.path, aside(p.path)); err != nil {
			return err
		}
	}
	if err := os.Rename(n.to.pack.path, p.path); err != nil {
		return err
	}
	p.entries, p.end, p.skipped, p.identity = n.to.pack.entries, n.to.pack.end, 0, identity{} // its name has changed since
	if info, err := n.to.f.Stat(); err == nil {
		p.identity = identityOf(info)
	}
	return syncFile(filepath.Dir(p.path))
}

func areSame(a, b *os.File) (bool, error) {
	of, err := a.Stat()
	if err != nil {
		return false, err
	}
	other, err := b.Stat()
	return err == nil && os.SameFile(of, other), err
}
