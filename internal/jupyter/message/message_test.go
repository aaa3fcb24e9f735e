package message_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/jupyter/message"
)

var cell = message.Message{
	Channel:  "shell",
	Header:   message.Header{ID: "m1", Type: "execute_request", Session: "s", Username: "u", Date: "2026-01-01T00:00:00Z", Version: "5.3"},
	Parent:   message.Header{ID: "m0", Type: "kernel_info_request"},
	Metadata: json.RawMessage(`{"a":1}`),
	Content:  json.RawMessage(`{"code":"1+1"}`),
}

func TestBothFormsAreReadAsTheyWereWritten(t *testing.T) {
	for _, protocol := range []string{message.Protocol, ""} {
		data, binary, err := message.Append(nil, cell, protocol)
		if err != nil || binary != (protocol != "") {
			t.Fatalf("%q: binary: %t, error: %v", protocol, binary, err)
		}
		got, err := message.Parse(data, protocol)
		if err != nil {
			t.Fatalf("%q: %v", protocol, err)
		}
		if diff := cmp.Diff(cell, got); diff != "" {
			t.Errorf("%q: %s", protocol, diff)
		}
	}
}

// TestPartsAreWhereJupyterHasThem goes by a message that was written by hand, as
// jupyter_server's serialize_msg_to_ws_v1 does.
func TestPartsAreWhereJupyterHasThem(t *testing.T) {
	head := []byte{6, 0, 0, 0, 0, 0, 0, 0}
	for _, offset := range []byte{56, 61, 76, 78, 80, 82} {
		head = append(head, offset, 0, 0, 0, 0, 0, 0, 0)
	}
	data := append(head, `shell{"msg_id":"m1"}{}{}{}`...)
	got, err := message.Parse(data, message.Protocol)
	if err != nil || got.Channel != "shell" || got.Header.ID != "m1" || string(got.Content) != "{}" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestMessagesWithBuffersAreRead(t *testing.T) {
	text := `{"channel":"iopub","header":{"msg_id":"m1","msg_type":"comm_msg"},"parent_header":{},"content":{}}`
	data := append([]byte{0, 0, 0, 2, 0, 0, 0, 12, 0, 0, 0, byte(12 + len(text))}, text+"\x00\x01buffer"...)
	got, err := message.Parse(data, "")
	if err != nil || got.Header.Type != "comm_msg" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, protocol := range []string{message.Protocol, ""} {
		data, _, err := message.Append(nil, cell, protocol)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, protocol != "")
	}
	f.Fuzz(func(t *testing.T, data []byte, parts bool) {
		protocol := ""
		if parts {
			protocol = message.Protocol
		}
		m, err := message.Parse(data, protocol)
		if err != nil {
			return
		}
		again, _, err := message.Append(nil, m, protocol)
		if err != nil {
			return // its content need not be JSON
		}
		if _, err := message.Parse(again, protocol); err != nil {
			t.Errorf("%q was read, and written as %q, which is not", data, again)
		}
	})
}
