package history

import (
	"bytes"
	"testing"
)

func FuzzDelta(f *testing.F) {
	big := bytes.Repeat([]byte("0123456789abcdefghij\n"), 3000)
	f.Add([]byte(""), []byte(""))
	f.Add([]byte("a"), []byte(""))
	f.Add([]byte(""), []byte("a"))
	f.Add([]byte("abc"), []byte("abxc"))
	f.Add([]byte("aaa"), []byte("aaaaa"))
	f.Add(big, append(bytes.Clone(big), big[:5000]...))
	f.Add(big, append([]byte("x"), append(bytes.Clone(big[7:]), 'y')...))
	f.Add([]byte("1234567"), big)
	f.Add(big, []byte("1234567"))
	f.Fuzz(func(t *testing.T, base, content []byte) {
		d, err := encodeDelta(base, content)
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.apply(base, int64(len(content)))
		if err != nil || !bytes.Equal(got, content) {
			t.Fatalf("got %d bytes, want %d: %v", len(got), len(content), err)
		}
		if got, err := decodeWhole(encodeWhole(content), int64(len(content))); err != nil || !bytes.Equal(got, content) {
			t.Fatalf("whole: got %d bytes, want %d: %v", len(got), len(content), err)
		}
		// On another base it is an error or another content, never a panic.
		if got, err := d.apply(content, int64(len(content))); err == nil && int64(len(got)) != int64(len(content)) {
			t.Fatalf("got %d bytes, want %d", len(got), len(content))
		}
	})
}
