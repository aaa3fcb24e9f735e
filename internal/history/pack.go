package history

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"
)

type sum [sha256.Size]byte

// entry is a record, as the index of a pack has it.
type entry struct {
	head
	sum     sum
	off     int64 // of the record
	dataOff int64
	end     int64
	base    int64 // offset of the record that has the content, or whose content the data is a delta on; -1: the data is whole
	depth   int   // how many deltas have to be applied
	lost    bool  // what it leans on is not there
}

func (e entry) isSame() bool { return e.Same > 0 }

func (e entry) version() Version {
	return Version{
		ID: idOf(e.Milli, e.sum),
		Note: Note{
			Why: e.Why, Time: time.UnixMilli(e.Milli).UTC(), Commit: e.Commit, CourseFile: e.CourseFile, Base: e.Base, Of: e.Of,
		},
		Sum: fmt.Sprintf("%x", e.sum), Size: e.Size, Stored: e.end - e.off,
	}
}

// pack is the history of one notebook. Its index is that of the file as the
// identity says; refresh makes sure of it.
type pack struct {
	path string

	thinning sync.Mutex // held by who makes a new file of it; taken before mu
	mu       sync.Mutex // held by who reads the index or writes

	identity identity
	marker   marker
	entries  []entry
	end      int64 // of the last record
	skipped  int64 // bytes in no record before that
	foreign  int   // valid records that mean nothing to this program
}

// identity tells states of a file apart: whoever moves, restores or copies files changes it.
type identity struct {
	dev, ino   uint64
	size       int64
	sec, nanos int64 // of the last change
}

func identityOf(info fs.FileInfo) identity {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return identity{}
	}
	return identity{dev: uint64(st.Dev), ino: st.Ino, size: st.Size, sec: int64(st.Ctim.Sec), nanos: int64(st.Ctim.Nsec)}
}

// open opens the pack's file, nil if there is none, and has the index fit it.
// The mutex is held.
func (p *pack) open(flag int) (*os.File, error) {
	f, err := os.OpenFile(p.path, flag, 0)
	if errors.Is(err, fs.ErrNotExist) {
		p.reset()
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := p.refresh(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (p *pack) reset() {
	p.identity, p.marker, p.entries, p.end, p.skipped, p.foreign = identity{}, marker{}, nil, 0, 0, 0
}

func (p *pack) refresh(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if id := identityOf(info); id != p.identity {
		p.reset()
		if err := p.load(f, info.Size()); err != nil {
			p.reset()
			return fmt.Errorf("read %s: %w", p.path, err)
		}
		p.identity = id
	}
	return nil
}

// load reads the index.
func (p *pack) load(f *os.File, size int64) error {
	s := scanner{r: f, size: size}
	at := map[int64]int{} // entries by offset
	err := s.scan(func(off int64, fx fixed, text []byte) {
		h, err := parseHead(text)
		if fx.format != format || err != nil {
			p.foreign++
			return
		}
		e := newEntry(off, fx, h)
		if e.base >= 0 && !e.lost {
			i, ok := at[e.base]
			if e.lost = !ok || p.entries[i].lost; !e.lost {
				e.depth = p.entries[i].depth
				if !e.isSame() {
					e.depth++
				}
			}
		}
		at[off] = len(p.entries)
		p.entries = append(p.entries, e)
	})
	p.marker, p.end, p.skipped = s.marker, s.end, s.skipped
	if !s.known {
		rand.Read(p.marker[:])
	}
	return err
}

func newEntry(off int64, f fixed, h head) entry {
	e := entry{head: h, sum: sum(h.Sum), off: off, dataOff: off + fixedLen + int64(f.headLen), end: off + f.len(), base: -1}
	e.head.Sum = nil // it is there twice else
	if d := h.Same + h.On; d > 0 {
		e.base = off - d
		e.lost = e.base < 0
	}
	return e
}

// errDamaged is what is wrong with a version that cannot be read.
var errDamaged = errors.New("the data is damaged")

// last is the index of the newest entry, or -1.
func (p *pack) last() int { return len(p.entries) - 1 }

// find returns the index of a version, or -1.
func (p *pack) find(id string) int {
	milli, start, ok := parseID(id)
	if !ok {
		return -1
	}
	for i, e := range p.entries {
		if e.Milli == milli && bytes.Equal(e.sum[:4], start[:]) {
			return i
		}
	}
	return -1
}

// fileOf returns the notebook's path, as the records tell it.
func fileOf(entries []entry) string {
	for _, e := range entries {
		if e.File != "" {
			return e.File
		}
	}
	return ""
}
