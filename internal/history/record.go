package history

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
)

// A pack is a sequence of records, and nothing else:
//
//	marker  4 bytes   random, the same in all records of a pack: contents cannot pretend to be records
//	crc     4 bytes   CRC-32C of the marker, of what follows of the fixed part, and of the head
//	format  1 byte
//	head    2 bytes   its length
//	data    4 bytes   its length
//	head              JSON: see head
//	data              zstd: see delta.go
//
// Numbers are little-endian. A record is valid if its crc is right and its data
// is all there; whether the data is right is seen when it is read.
const (
	fixedLen   = 15
	format     = 1
	maxHeadLen = 1<<16 - 1
)

type marker [4]byte

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// head is what a record says of a version. Distances lead back, from the
// beginning of this record to that of another, in bytes.
type head struct {
	Milli      int64  `json:"t"`
	Why        Why    `json:"why"`
	Sum        []byte `json:"sum"`
	Size       int64  `json:"size"`
	Same       int64  `json:"same,omitempty"` // distance of the record that has the content; there is no data here
	On         int64  `json:"on,omitempty"`   // distance of the record whose content the data is a delta on
	Prefix     int64  `json:"pre,omitempty"`  // bytes that the contents share at their beginnings
	Suffix     int64  `json:"suf,omitempty"`  // and at their ends
	Commit     string `json:"commit,omitempty"`
	CourseFile string `json:"course_file,omitempty"`
	Base       bool   `json:"base,omitempty"`
	Of         string `json:"of,omitempty"`
	File       string `json:"file,omitempty"` // the notebook's path: in whole contents
}

var errLongHead = errors.New("the head of a record is too long")

// appendRecord appends a whole record to buf.
func appendRecord(buf []byte, m marker, h head, data []byte) ([]byte, error) {
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	if len(text) > maxHeadLen {
		return nil, errLongHead
	}
	start := len(buf)
	buf = append(buf, m[:]...)
	buf = append(buf, 0, 0, 0, 0, format)
	buf = binary.LittleEndian.AppendUint16(buf, uint16(len(text)))
	buf = binary.LittleEndian.AppendUint32(buf, uint32(len(data)))
	buf = append(buf, text...)
	binary.LittleEndian.PutUint32(buf[start+4:], checksum(buf[start:]))
	return append(buf, data...), nil
}

// fixed is the fixed part of a record.
type fixed struct {
	marker  marker
	crc     uint32
	format  byte
	headLen int
	dataLen int64
}

func parseFixed(b []byte) fixed {
	return fixed{
		marker:  marker(b[:4]),
		crc:     binary.LittleEndian.Uint32(b[4:]),
		format:  b[8],
		headLen: int(binary.LittleEndian.Uint16(b[9:])),
		dataLen: int64(binary.LittleEndian.Uint32(b[11:])),
	}
}

// len is the length of the whole record.
func (f fixed) len() int64 { return fixedLen + int64(f.headLen) + f.dataLen }

// holds tells whether the fixed part and the head, which b begins with, are as they were written.
func (f fixed) holds(b []byte) bool {
	return checksum(b[:fixedLen+f.headLen]) == f.crc
}

// checksum is the crc of a record without its data.
func checksum(b []byte) uint32 {
	return crc32.Update(crc32.Checksum(b[:4], castagnoli), castagnoli, b[8:])
}

var errBadHead = errors.New("the head of a record makes no sense")

func parseHead(text []byte) (head, error) {
	var h head
	if err := json.Unmarshal(text, &h); err != nil {
		return head{}, err
	}
	if len(h.Sum) != len(sum{}) || h.Size < 0 || h.Size > MaxContent || h.Same < 0 || h.On < 0 || h.Prefix < 0 || h.Suffix < 0 || h.Prefix+h.Suffix > h.Size {
		return head{}, errBadHead
	}
	return h, nil
}
