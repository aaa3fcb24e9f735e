package proxy

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

const channels = "api/kernels/0/channels"

// heard returns what a listener hears of a stream that comes in pieces of at most that size.
func heard(rest, protocol string, stream []byte, size int) []string {
	var words []string
	l := newListener(rest, protocol, func(word string) { words = append(words, word) })
	for len(stream) > 0 {
		n := min(size, len(stream))
		l.pass(stream[:n])
		stream = stream[n:]
	}
	return words
}

// TestRealPages: what pages of Jupyter 2.21 sent, byte for byte, while a page was
// opened and cells were run: Notebook 7.6 as it is and with a server that knows only the older
// protocol, nbclassic 1.3, and a terminal.
func TestRealPages(t *testing.T) {
	repeat := func(n int, word string) []string { return slices.Repeat([]string{word}, n) }
	for _, c := range []struct {
		file, rest, protocol string
		want                 []string // but for those that pages send by themselves
	}{
		{"notebook-v1", channels, kernelProtocol, []string{"comm_msg", "execute_request", "execute_request", "input_reply", "execute_request"}},
		{"notebook-json", channels, "", []string{"comm_msg", "execute_request", "execute_request", "input_reply", "execute_request"}},
		{"nbclassic", channels, "", []string{"execute_request"}},
		{"terminal", "terminals/websocket/1", "", repeat(6, "stdin")},
	} {
		stream, err := os.ReadFile("testdata/" + c.file + ".frames")
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{1, 2, 7, 100, len(stream)} {
			var got []string
			all := heard(c.rest, c.protocol, stream, size)
			for _, word := range all {
				if !strings.HasSuffix(word, "_request") || word == "execute_request" {
					got = append(got, word)
				}
			}
			got = slices.DeleteFunc(got, func(word string) bool { return word == "comm_open" })
			if !slices.Equal(got, c.want) {
				t.Errorf("%s in pieces of %d: %q of %q", c.file, size, got, all)
			}
		}
	}
}

func TestWhereNothingIsToBeLearnt(t *testing.T) {
	for _, rest := range []string{"api/events/subscribe", "lsp/ws/pylsp", "api/kernels/0", "api/kernels", "x/api/kernels/0/channels", ""} {
		if newListener(rest, "", nil) != nil {
			t.Errorf("%q is listened to", rest)
		}
	}
	var none *listener
	none.pass([]byte("x"))
}

// frame returns a frame with a mask. first is its first byte.
func frame(first byte, data []byte) []byte {
	f := []byte{first, masked}
	switch n := len(data); {
	case n < 126:
		f[1] |= byte(n)
	case n < 1<<16:
		f[1] |= 126
		f = binary.BigEndian.AppendUint16(f, uint16(n))
	default:
		f[1] |= 127
		f = binary.BigEndian.AppendUint64(f, uint64(n))
	}
	mask := [4]byte{0xf1, 2, 0x93, 0x44}
	f = append(f, mask[:]...)
	for i, c := range data {
		f = append(f, c^mask[i&3])
	}
	return f
}

// v1 returns a message in the protocol of that name.
func v1(channel, kind, code string, buffers ...string) []byte {
	header, _ := json.Marshal(map[string]string{"date": "2026-11-26", "msg_id": "1", "msg_type": kind, "username": `"msg_type":"x"`})
	content, _ := json.Marshal(map[string]string{"code": code})
	parts := append([]string{channel, string(header), "{}", "{}", string(content)}, buffers...)
	offset := 8 * (len(parts) + 2)
	message := binary.LittleEndian.AppendUint64(nil, uint64(len(parts)+1))
	for _, part := range parts {
		message = binary.LittleEndian.AppendUint64(message, uint64(offset))
		offset += len(part)
	}
	message = binary.LittleEndian.AppendUint64(message, uint64(offset))
	return append(message, strings.Join(parts, "")...)
}

// withBuffers returns a message of the older protocol with binary parts.
func withBuffers(message string, buffers ...string) []byte {
	parts := append([]string{message}, buffers...)
	offset := 4 * (len(parts) + 1)
	b := binary.BigEndian.AppendUint32(nil, uint32(len(parts)))
	for _, part := range parts {
		b = binary.BigEndian.AppendUint32(b, uint32(offset))
		offset += len(part)
	}
	return append(b, strings.Join(parts, "")...)
}

func TestMessages(t *testing.T) {
	long := strings.Repeat(`x = "\"}{" # é`, 5000)
	code, _ := json.Marshal(long)
	textual := `{"buffers": [], "content": {"code": ` + string(code) + `, "header": {"msg_type": "no"}}, "header": {"more": [{"msg_type": "no"}], "msg_type" : "execute_request"}}`
	for _, c := range []struct {
		name, rest, protocol string
		stream               []byte
		want                 []string
	}{
		{"v1", channels, kernelProtocol, frame(0x82, v1("shell", "execute_request", long)), []string{"execute_request"}},
		{"v1 with buffers", channels, kernelProtocol, frame(0x82, v1("shell", "comm_msg", "", long, long)), []string{"comm_msg"}},
		{"content first", channels, "", frame(0x81, []byte(textual)), []string{"execute_request"}},
		{"JSON with buffers", channels, "", frame(0x82, withBuffers(textual, long)), []string{"execute_request"}},
		{"an unknown protocol", channels, "v9", frame(0x81, []byte(textual)), []string{"execute_request"}},
		{"JSON after a message with buffers", channels, "", slices.Concat(frame(0x82, withBuffers(textual, long)), frame(0x81, []byte(textual))), []string{"execute_request", "execute_request"}},
		{"no type", channels, "", frame(0x81, []byte(`{"header":{},"msg_type":"execute_request"}`)), nil},
		{"type without header", channels, "", frame(0x81, []byte(`{"msg_type":"execute_request","header":1}`)), nil},
		{"compressed", channels, "", frame(0xc1, []byte(textual)), nil},
		{"answer of a server", "terminals/websocket/1", "", frame(0x81, []byte(`["stdout","x"]`)), nil},
		{"too long", channels, "", frame(0x81, []byte(`{"content":"`+strings.Repeat("x", maxListen)+`","header":{"msg_type":"execute_request"}}`)), nil},
		{"offset beyond all bounds", channels, kernelProtocol, frame(0x82, bytes.Repeat([]byte{0xff}, 64)), nil},
		{"offset into the offsets", channels, kernelProtocol, frame(0x82, append(make([]byte, 24), `{"msg_type":"x"}`...)), nil},
		{"a message that goes on from none", channels, "", frame(0x80, []byte(textual)), nil},
	} {
		for _, size := range []int{1, 3, 1000, len(c.stream)} {
			if got := heard(c.rest, c.protocol, c.stream, size); !slices.Equal(got, c.want) {
				t.Errorf("%s, in pieces of %d: %q", c.name, size, got)
			}
		}
	}
}

// TestFragments cuts messages into frames, with pings between.
func TestFragments(t *testing.T) {
	message := v1("shell", "execute_request", "1")
	for at := range len(message) {
		stream := slices.Concat(frame(0x02, message[:at]), frame(0x89, []byte("ping")), frame(0x80, message[at:]), frame(0x82, message))
		if got := heard(channels, kernelProtocol, stream, 5); !slices.Equal(got, []string{"execute_request", "execute_request"}) {
			t.Fatalf("cut at %d: %q", at, got)
		}
	}
}

// FuzzListener: nonsense does no harm, and pieces of any size are heard alike.
func FuzzListener(f *testing.F) {
	for _, file := range []string{"notebook-v1", "notebook-json", "nbclassic", "terminal"} {
		stream, err := os.ReadFile("testdata/" + file + ".frames")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(stream, uint8(5))
	}
	f.Add(frame(0x82, withBuffers(`{"header":{"msg_type":"comm_msg"}}`, "b")), uint8(1))
	f.Fuzz(func(t *testing.T, stream []byte, size uint8) {
		for _, way := range [][2]string{{channels, kernelProtocol}, {channels, ""}, {"terminals/websocket/1", ""}} {
			whole, pieces := heard(way[0], way[1], stream, len(stream)), heard(way[0], way[1], stream, int(size)+1)
			if !slices.Equal(whole, pieces) {
				t.Errorf("%v: %q at once, %q in pieces of %d", way, whole, pieces, size)
			}
		}
	})
}

// FuzzFinder compares with encoding/json, which has the last of fields of one name
// where the finder has the first, and takes any case.
func FuzzFinder(f *testing.F) {
	f.Add(`{"header":{"msg_type":"x"}}`)
	f.Add(`{"a":[{"header":{"msg_type":"no"}},"]","}"],"b":{"header":1},"header" : {"c":{"msg_type":2},"msg_type":"yes"},"d":"\\\""}`)
	f.Add(`{"header":{}}`)
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, `\`) || strings.Count(text, "header") > 1 || strings.Count(text, "msg_type") > 1 || !json.Valid([]byte(text)) {
			return
		}
		var want map[string]any
		if json.Unmarshal([]byte(text), &want) != nil {
			return
		}
		header, _ := want["header"].(map[string]any)
		kind, isText := header["msg_type"].(string)
		find := finder{path: typeOfMessage}
		for i := range len(text) {
			if !find.feed(text[i]) {
				break
			}
		}
		if got := find.result(); isText && len(kind) <= maxValue && strings.ToValidUTF8(kind, "") == kind && got != kind || header == nil && got != "" {
			t.Errorf("%q: %q, not %q", text, got, kind)
		}
	})
}

// BenchmarkListener tells what it costs to listen to a message that runs a cell.
func BenchmarkListener(b *testing.B) {
	for _, c := range []struct {
		name, protocol string
		message        []byte
	}{
		{"v1", kernelProtocol, frame(0x82, v1("shell", "execute_request", strings.Repeat("x = 1\n", 50)))},
		{"JSON", "", frame(0x81, []byte(`{"content":{"code":"`+strings.Repeat("x = 1  ", 50)+`"},"header":{"date":"2026-11-26","msg_id":"1","msg_type":"execute_request"}}`))},
		{"buffers of 1 MB", kernelProtocol, frame(0x82, v1("shell", "comm_msg", "", strings.Repeat("x", 1<<20)))},
	} {
		b.Run(c.name, func(b *testing.B) {
			l := newListener(channels, c.protocol, func(string) {})
			b.ReportAllocs()
			for b.Loop() {
				l.pass(c.message)
			}
		})
	}
}

// TestMasks reads frames whose parts begin anywhere in the mask.
func TestMasks(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		data := make([]byte, random.IntN(300))
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		var f frames
		var got []byte
		for stream := frame(0x82, data); len(stream) > 0; {
			n := min(1+random.IntN(50), len(stream))
			for piece := stream[:n]; len(piece) > 0; {
				var part []byte
				part, piece = f.next(piece)
				mask := f.maskOf(len(part))
				for i, c := range part {
					got = append(got, c^mask[i&3])
				}
			}
			stream = stream[n:]
		}
		if !bytes.Equal(got, data) || !f.between() {
			t.Fatalf("%x became %x", data, got)
		}
	}
}
