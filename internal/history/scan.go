package history

import (
	"bytes"
	"errors"
	"io"
)

// scanner finds the records of a pack, whatever else is in it: after what is
// damaged it goes on with the next record that is not.
type scanner struct {
	r      io.ReaderAt
	size   int64
	window []byte // what was read last
	at     int64  // and from where
	marker marker
	known  bool // the marker

	end     int64 // of the last record
	skipped int64 // bytes before end that are in no record
}

const scanWindow = 128 << 10

// peek returns bytes of the pack from off: n, unless it ends before, or more.
func (s *scanner) peek(off int64, n int) ([]byte, error) {
	n = int(min(int64(n), s.size-off))
	if off < s.at || off+int64(n) > s.at+int64(len(s.window)) {
		s.window = s.window[:cap(s.window)]
		if len(s.window) < n {
			s.window = make([]byte, max(n, int(min(s.size, scanWindow))))
		}
		got, err := s.r.ReadAt(s.window, off)
		s.window, s.at = s.window[:got], off
		if got < n {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	return s.window[off-s.at:], nil
}

// record returns the valid record at off, if there is one.
func (s *scanner) record(off int64) (f fixed, text []byte, ok bool, err error) {
	if s.size-off < fixedLen {
		return f, nil, false, nil
	}
	b, err := s.peek(off, fixedLen)
	if err != nil {
		return f, nil, false, err
	}
	f = parseFixed(b)
	if s.known && f.marker != s.marker || f.len() > s.size-off {
		return f, nil, false, nil
	}
	if b, err = s.peek(off, fixedLen+f.headLen); err != nil {
		return f, nil, false, err
	}
	return f, b[fixedLen : fixedLen+f.headLen], f.holds(b), nil
}

// scan calls each for all valid records, in their order.
func (s *scanner) scan(each func(off int64, f fixed, text []byte)) error {
	for off := int64(0); off < s.size; {
		f, text, ok, err := s.record(off)
		if err != nil {
			return err
		}
		if !ok {
			next, err := s.resync(off)
			if err != nil || next < 0 {
				return err
			}
			s.skipped += next - off
			off = next
			continue
		}
		s.marker, s.known = f.marker, true
		each(off, f, text)
		off += f.len()
		s.end = off
	}
	return nil
}

// resync returns where the next valid record after off is, or -1.
func (s *scanner) resync(off int64) (int64, error) {
	if !s.known {
		if err := s.findMarker(); err != nil || !s.known {
			return -1, err
		}
	}
	for off++; s.size-off >= fixedLen; off++ {
		b, err := s.peek(off, fixedLen)
		if err != nil {
			return -1, err
		}
		i := bytes.Index(b, s.marker[:])
		if i < 0 {
			off += int64(len(b) - len(s.marker))
			continue
		}
		off += int64(i)
		if _, _, ok, err := s.record(off); err != nil || ok {
			return off, err
		}
	}
	return -1, nil
}

// findMarker is for packs whose first record is damaged. What looks like a record
// may be a student's content: only from one of ours do records lead to the end of the pack.
func (s *scanner) findMarker() error {
	var first marker
	found := false
	for off := int64(0); s.size-off >= fixedLen; off++ {
		b, err := s.peek(off, fixedLen)
		if err != nil {
			return err
		}
		if b[8] != format {
			continue
		}
		f, _, ok, err := s.record(off)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if !found {
			first, found = f.marker, true
		}
		whole, err := s.leadsToEnd(off+f.len(), f.marker)
		if err != nil {
			return err
		}
		if whole {
			s.marker, s.known = f.marker, true
			return nil
		}
	}
	s.marker, s.known = first, found
	return nil
}

func (s *scanner) leadsToEnd(off int64, m marker) (bool, error) {
	for off < s.size {
		f, _, ok, err := s.record(off)
		if err != nil || !ok || f.marker != m {
			return false, err
		}
		off += f.len()
	}
	return true, nil
}
