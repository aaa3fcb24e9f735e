package proxy

import (
	"net/url"
	"strings"
	"testing"
)

func FuzzProtective(f *testing.F) {
	f.Add("frame-ancestors 'self'; report-uri /x; default-src 'none'")
	f.Add(" ;FRAME-ANCESTORS\t*,sandbox;,;report-to\fx")
	f.Fuzz(func(t *testing.T, header string) {
		kept := protective([]string{header})
		for _, policy := range kept {
			if strings.Contains(policy, ",") {
				t.Errorf("%q: policy %q is two", header, policy)
			}
			for directive := range strings.SplitSeq(policy, ";") {
				words := strings.FieldsFunc(directive, func(r rune) bool { return strings.ContainsRune(asciiSpace, r) })
				if len(words) == 0 {
					t.Errorf("%q: empty directive in %q", header, policy)
					continue
				}
				switch strings.ToLower(words[0]) {
				case "frame-ancestors", "report-uri", "report-to":
					t.Errorf("%q: %q was kept", header, directive)
				}
			}
		}
		if again := protective(kept); strings.Join(again, ",") != strings.Join(kept, ",") {
			t.Errorf("%q: %q is not stable: %q", header, kept, again)
		}
	})
}

func FuzzWithoutToken(f *testing.F) {
	f.Add("token=1&a=2")
	f.Add("&&%74oken&b=%zz&token")
	f.Fuzz(func(t *testing.T, query string) {
		got := withoutToken("?" + query)
		if got == "?" && query != "" {
			t.Errorf("%q: %q", query, got)
		}
		kept := map[string]int{}
		for pair := range strings.SplitSeq(strings.TrimPrefix(got, "?"), "&") {
			name, _, _ := strings.Cut(pair, "=")
			if name, err := url.QueryUnescape(name); err == nil && name == "token" {
				t.Errorf("%q: %q was kept", query, pair)
			}
			kept[pair]++
		}
		for pair := range strings.SplitSeq(query, "&") {
			name, _, _ := strings.Cut(pair, "=")
			if name, err := url.QueryUnescape(name); (err != nil || name != "token") && kept[pair] == 0 {
				t.Errorf("%q: %q was lost in %q", query, pair, got)
			}
		}
	})
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte{0x81, 3, 'a', 'b', 'c'}, uint8(1))
	f.Add(append([]byte{0x82, 0xfe, 0, 130, 1, 2, 3, 4}, make([]byte, 130)...), uint8(7))
	f.Add(append([]byte{0x82, 127, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2}, goingAway...), uint8(3))
	f.Fuzz(func(t *testing.T, stream []byte, size uint8) {
		var whole, pieces frames
		whole.pass(stream)
		for rest := stream; len(rest) > 0; {
			n := min(int(size)+1, len(rest))
			pieces.pass(rest[:n])
			rest = rest[n:]
		}
		if whole.between() != pieces.between() || whole.left != pieces.left || whole.have != pieces.have {
			t.Errorf("%+v at once, %+v in pieces of %d", whole, pieces, size)
		}
	})
}

func TestFrames(t *testing.T) {
	short := []byte{0x81, 3, 'a', 'b', 'c'}
	masked := append([]byte{0x82, 0xfe, 0, 130, 1, 2, 3, 4}, make([]byte, 130)...)
	long := append([]byte{0x82, 127, 0, 0, 0, 0, 0, 0, 0, 2}, "ab"...)
	stream := strings.Join([]string{string(short), string(masked), string(long), string(goingAway)}, "")
	ends := map[int]bool{0: true}
	for _, n := range []int{len(short), len(short) + len(masked), len(short) + len(masked) + len(long), len(stream)} {
		ends[n] = true
	}
	for n := range len(stream) + 1 {
		var f frames
		f.pass([]byte(stream[:n]))
		if f.between() != ends[n] {
			t.Errorf("after %d bytes: between is %v", n, f.between())
		}
	}
}
