package history

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// Deltas are on the content before, but for each 16th, which is on that 16
// before, and so on: however many there are, few have to be applied for any of
// them. One that is large that way is on the content before all the same.
const (
	stride   = 16
	maxDepth = 64
	// maxRun is how many deltas may lean on one whole content, directly or not.
	maxRun = 512
	// maxShare is how much larger than the whole content they may be together.
	maxShare = 8
)

// writer writes records at the end of a pack, whose mutex is held.
type writer struct {
	pack  *pack
	file  string   // the notebook's path
	f     *os.File // nil: there is none yet
	known func(path string, s sum) ([]byte, bool)
}

// record is one that is to be written.
type record struct {
	entry entry
	bytes []byte
}

// make returns the record of a content at the end of the pack.
func (w writer) make(h head, is sum, content []byte) (record, error) {
	h.Sum, h.Size = is[:], int64(len(content))
	if fileOf(w.pack.entries) == "" {
		h.File = w.file
	}
	if i := w.find(is, content); i >= 0 {
		h.Same = w.pack.end - w.pack.entries[i].off
		return w.record(h, nil, w.pack.entries[i].depth)
	}
	bases := w.basesOfNext()
	for n, i := range bases {
		base, err := w.content(i)
		if err != nil {
			continue // it goes on without what is damaged
		}
		d, err := encodeDelta(base, content)
		if err != nil {
			return record{}, err
		}
		if len(d.data) > len(content)/8 && n < len(bases)-1 {
			continue
		}
		if len(d.data) > len(content)/2 {
			break
		}
		if got, err := d.apply(base, h.Size); err != nil || !bytes.Equal(got, content) {
			break // what cannot be read is not written
		}
		h.On, h.Prefix, h.Suffix = w.pack.end-w.pack.entries[i].off, int64(d.prefix), int64(d.suffix)
		return w.record(h, d.data, w.pack.entries[i].depth+1)
	}
	return w.whole(h, content)
}

func (w writer) whole(h head, content []byte) (record, error) {
	h.File = w.file
	data := encodeWhole(content)
	if got, err := decodeWhole(data, int64(len(content))); err != nil || !bytes.Equal(got, content) {
		return record{}, errors.Join(errors.New("what was compressed does not become what it was"), err)
	}
	return w.record(h, data, 0)
}

func (w writer) record(h head, data []byte, depth int) (record, error) {
	text, err := appendRecord(nil, w.pack.marker, h, data)
	if err != nil {
		return record{}, err
	}
	e := newEntry(w.pack.end, parseFixed(text), h)
	e.depth = depth
	return record{entry: e, bytes: text}, nil
}

// find returns the newest entry with data that makes a content, or -1.
func (w writer) find(is sum, content []byte) int {
	for i := w.pack.last(); i >= 0; i-- {
		if e := w.pack.entries[i]; e.sum == is && !e.isSame() && !e.lost && w.has(i, content) {
			return i
		}
	}
	return -1
}

// has tells whether an entry's content can be read, and is that one.
func (w writer) has(i int, content []byte) bool {
	got, err := w.content(i)
	return err == nil && bytes.Equal(got, content)
}

// content returns the content of an entry. It is not to be changed.
func (w writer) content(i int) ([]byte, error) {
	is := w.pack.entries[i].sum
	if content, ok := w.known(w.pack.path, is); ok {
		return content, nil
	}
	chain, err := chainOf(w.pack.entries, i)
	if err != nil {
		return nil, err
	}
	return contentOf(w.f, chain, is)
}

// basesOfNext returns the entries on whose content the next one's delta may be,
// the best first; none if it has to be stored whole.
func (w writer) basesOfNext() []int {
	run := w.run()
	if len(run) == 0 {
		return nil
	}
	back := 1
	for n := len(run); n%stride == 0; n /= stride {
		back *= stride
	}
	var bases []int
	for _, i := range slices.Compact([]int{run[back-1], run[0]}) {
		if w.pack.entries[i].depth < maxDepth {
			bases = append(bases, i)
		}
	}
	return bases
}

// run returns the entries with data from the newest back to the last whole
// content, or none if too much leans on that one.
func (w writer) run() []int {
	var run []int
	size := int64(0)
	for i := w.pack.last(); i >= 0; i-- {
		e := w.pack.entries[i]
		if e.isSame() || e.lost {
			continue
		}
		run = append(run, i)
		if e.base >= 0 {
			size += e.end - e.dataOff
			continue
		}
		if len(run) > maxRun || size > maxShare*max(e.end-e.dataOff, tiny) {
			return nil
		}
		break
	}
	return run
}

// append writes a record at the end of the pack, in one piece: what of an
// earlier one is there in part only is removed before, and of this one, should it fail.
func (w writer) append(r record) error {
	p := w.pack
	info, err := w.f.Stat()
	if err != nil {
		return err
	}
	if info.Size() > p.end {
		if err := w.f.Truncate(p.end); err != nil {
			return err
		}
	}
	if info.Mode().Perm() != 0o600 { // sealed
		if err := w.f.Chmod(0o600); err != nil {
			return err
		}
	}
	p.identity = identity{} // whatever happens, it is another file now
	if n, err := w.f.Write(r.bytes); err != nil || n < len(r.bytes) {
		if err == nil {
			err = io.ErrShortWrite
		}
		return errors.Join(fmt.Errorf("write to %s: %w", p.path, err), w.f.Truncate(p.end))
	}
	if info, err = w.f.Stat(); err != nil {
		return err
	}
	p.entries = append(p.entries, r.entry)
	p.end = r.entry.end
	p.identity = identityOf(info)
	return nil
}

// isTaken tells whether there is a version of that name.
func (p *pack) isTaken(milli int64, is sum) bool {
	for _, e := range p.entries {
		if e.Milli == milli && [4]byte(e.sum[:4]) == [4]byte(is[:4]) {
			return true
		}
	}
	return false
}
