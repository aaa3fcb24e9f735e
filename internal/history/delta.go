package history

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// The data of a record holds a whole content, or a delta: what lies between the
// beginning and the end that the content shares with another. It is a zstd
// frame, unless it is as long as what it stands for: then it is that itself. The
// raw dictionary of a delta's frame is what lies between them in the other
// content, with [margin] bytes more at either side.

// margin is part of the format.
const margin = 16 << 10

// shared returns how many bytes two contents share at their beginnings, and of the rest at their ends.
func shared(a, b []byte) (prefix, suffix int) {
	const step = 4096
	most := min(len(a), len(b))
	for prefix+step <= most && bytes.Equal(a[prefix:prefix+step], b[prefix:prefix+step]) {
		prefix += step
	}
	for prefix < most && a[prefix] == b[prefix] {
		prefix++
	}
	a, b, most = a[prefix:], b[prefix:], most-prefix
	for suffix+step <= most && bytes.Equal(a[len(a)-suffix-step:len(a)-suffix], b[len(b)-suffix-step:len(b)-suffix]) {
		suffix += step
	}
	for suffix < most && a[len(a)-1-suffix] == b[len(b)-1-suffix] {
		suffix++
	}
	return prefix, suffix
}

// dictionary returns the part of a content that a delta on it uses.
func dictionary(base []byte, prefix, suffix int) []byte {
	return base[max(0, prefix-margin):min(len(base), len(base)-suffix+margin)]
}

// delta is what makes a content of another one.
type delta struct {
	prefix, suffix int
	data           []byte
}

const (
	dictID = 1
	// tiny is the length from which on compressing something saves more than it costs in time.
	tiny = 200
)

func encodeDelta(base, content []byte) (delta, error) {
	d := delta{}
	d.prefix, d.suffix = shared(base, content)
	d.data = content[d.prefix : len(content)-d.suffix]
	if len(d.data) < tiny {
		return d, nil
	}
	enc := dictEncoders.take()
	defer dictEncoders.giveBack(enc)
	var out bytes.Buffer
	err := enc.ResetWithOptions(&out, zstd.WithEncoderDictRaw(dictID, dictionary(base, d.prefix, d.suffix)))
	if err != nil {
		return d, err
	}
	_, err = enc.Write(d.data)
	if err := errors.Join(err, enc.Close()); err != nil {
		return d, err
	}
	if out.Len() < len(d.data) {
		d.data = out.Bytes()
	}
	return d, nil
}

var errBadDelta = errors.New("a delta does not fit the content that it is on")

// apply makes the content of a size from the one that the delta is on.
func (d delta) apply(base []byte, size int64) ([]byte, error) {
	between := int(size) - d.prefix - d.suffix
	if d.prefix < 0 || d.suffix < 0 || between < 0 || d.prefix+d.suffix > len(base) {
		return nil, errBadDelta
	}
	middle := d.data
	if len(middle) != between {
		dec := decoders.take()
		defer decoders.giveBack(dec)
		err := dec.ResetWithOptions(nil, zstd.WithDecoderDictRaw(dictID, dictionary(base, d.prefix, d.suffix)))
		if err != nil {
			return nil, err
		}
		middle, err = dec.DecodeAll(d.data, make([]byte, 0, between))
		err = errors.Join(err, dec.ResetWithOptions(nil, zstd.WithDecoderDictDelete())) // or it would hold on to the base
		if err != nil {
			return nil, err
		}
		if len(middle) != between {
			return nil, errBadDelta
		}
	}
	content := make([]byte, 0, size)
	content = append(content, base[:d.prefix]...)
	content = append(content, middle...)
	return append(content, base[len(base)-d.suffix:]...), nil
}

func encodeWhole(content []byte) []byte {
	if len(content) < tiny {
		return content
	}
	enc := encoders.take()
	defer encoders.giveBack(enc)
	if data := enc.EncodeAll(content, nil); len(data) < len(content) {
		return data
	}
	return content
}

func decodeWhole(data []byte, size int64) ([]byte, error) {
	if int64(len(data)) == size {
		return data, nil
	}
	dec := decoders.take()
	defer decoders.giveBack(dec)
	content, err := dec.DecodeAll(data, make([]byte, 0, size))
	if err == nil && int64(len(content)) != size {
		err = fmt.Errorf("%d bytes, where there should be %d", len(content), size)
	}
	return content, err
}

// Each of these is used by one at a time: it holds a dictionary. An encoder that
// has had one is not changed into one without, which would have its tables made again.
var (
	encoders     = newSpares(newEncoder)
	dictEncoders = newSpares(newEncoder)
	decoders     = newSpares(newDecoder)
)

// spares keeps a few of what takes megabytes and a millisecond to make.
type spares[T any] struct {
	idle  chan T
	fresh func() T
}

func newSpares[T any](fresh func() T) spares[T] {
	return spares[T]{idle: make(chan T, 4), fresh: fresh}
}

func (s spares[T]) take() T {
	select {
	case x := <-s.idle:
		return x
	default:
		return s.fresh()
	}
}

func (s spares[T]) giveBack(x T) {
	select {
	case s.idle <- x:
	default:
	}
}

func newEncoder() *zstd.Encoder {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic(err) // the options are wrong
	}
	return enc
}

func newDecoder() *zstd.Decoder {
	// What a frame says of its size is not trusted: there is room for what it should be.
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		panic(err)
	}
	return dec
}
