// Package message knows the messages that browsers and kernels exchange over the
// websocket of a kernel, in both forms that Jupyter servers speak.
package message

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
)

// Protocol is the sub-protocol of websockets on which a message is offsets and
// parts; where none is agreed on, a message is one JSON object.
const Protocol = "v1.kernel.websocket.jupyter.org"

// Header says what a message is. That of a parent says what one answers.
type Header struct {
	ID       string `json:"msg_id"`
	Type     string `json:"msg_type"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"`
	Version  string `json:"version"`
}

// Message is one message, without the buffers that some have.
type Message struct {
	Channel  string // shell, control, stdin, iopub
	Header   Header
	Parent   Header // its ID is empty if the message answers none
	Metadata json.RawMessage
	Content  json.RawMessage
}

// object is a message as JSON.
type object struct {
	Channel  string          `json:"channel"`
	Header   Header          `json:"header"`
	Parent   json.RawMessage `json:"parent_header"`
	Metadata json.RawMessage `json:"metadata"`
	Content  json.RawMessage `json:"content"`
	Buffers  []int           `json:"buffers"` // always empty
}

// Append appends m, in the form that goes with a sub-protocol, and tells whether that is binary.
func Append(to []byte, m Message, protocol string) (text []byte, binary bool, err error) {
	parent := json.RawMessage("{}")
	if m.Parent.ID != "" {
		if parent, err = json.Marshal(m.Parent); err != nil {
			return nil, false, err
		}
	}
	if protocol != Protocol {
		whole, err := json.Marshal(object{m.Channel, m.Header, parent, orEmpty(m.Metadata), orEmpty(m.Content), []int{}})
		return append(to, whole...), false, err
	}
	header, err := json.Marshal(m.Header)
	if err != nil {
		return nil, false, err
	}
	return appendParts(to, []byte(m.Channel), header, parent, orEmpty(m.Metadata), orEmpty(m.Content)), true, nil
}

func orEmpty(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("{}")
	}
	return raw
}

// appendParts appends the number of offsets, the offsets at which the parts begin
// and where the last one ends, and the parts.
func appendParts(to []byte, parts ...[]byte) []byte {
	offset := 8 * (1 + len(parts) + 1)
	to = binary.LittleEndian.AppendUint64(to, uint64(len(parts)+1))
	to = binary.LittleEndian.AppendUint64(to, uint64(offset))
	for _, part := range parts {
		offset += len(part)
		to = binary.LittleEndian.AppendUint64(to, uint64(offset))
	}
	for _, part := range parts {
		to = append(to, part...)
	}
	return to
}

// maxParts bounds the parts of a message: five, and its buffers.
const maxParts = 1000

// Parse reads a message. What is read may share the memory of data.
func Parse(data []byte, protocol string) (Message, error) {
	if protocol == Protocol {
		return parseParts(data)
	}
	var o object
	if err := json.Unmarshal(withoutBuffers(data), &o); err != nil {
		return Message{}, fmt.Errorf("a message that is no JSON: %w", err)
	}
	m := Message{Channel: o.Channel, Header: o.Header, Metadata: o.Metadata, Content: o.Content}
	err := parseParent(o.Parent, &m)
	return m, err
}

// withoutBuffers returns the JSON of a message that has buffers: their number and
// their offsets, big-endian, stand before it.
func withoutBuffers(data []byte) []byte {
	if len(data) < 8 || data[0] == '{' {
		return data
	}
	n := int(binary.BigEndian.Uint32(data))
	begin := int(binary.BigEndian.Uint32(data[4:]))
	end := len(data)
	if n > 1 && len(data) >= 12 {
		end = int(binary.BigEndian.Uint32(data[8:]))
	}
	if n < 1 || n > maxParts || begin > end || end > len(data) {
		return data
	}
	return data[begin:end]
}

var errCut = errors.New("a message whose parts are not where it says")

func parseParts(data []byte) (Message, error) {
	const least = 6 // offsets
	if len(data) < 8 {
		return Message{}, errCut
	}
	n := binary.LittleEndian.Uint64(data)
	if n < least || n > maxParts || uint64(len(data)) < 8*(n+1) {
		return Message{}, errCut
	}
	var parts [least - 1][]byte
	for i := range parts {
		begin := binary.LittleEndian.Uint64(data[8*(i+1):])
		end := binary.LittleEndian.Uint64(data[8*(i+2):])
		if begin > end || end > uint64(len(data)) {
			return Message{}, errCut
		}
		parts[i] = data[begin:end]
	}
	m := Message{Channel: string(parts[0]), Metadata: parts[3], Content: parts[4]}
	if err := json.Unmarshal(parts[1], &m.Header); err != nil {
		return Message{}, fmt.Errorf("a message whose header is no JSON: %w", err)
	}
	err := parseParent(parts[2], &m)
	return m, err
}

func parseParent(raw []byte, m *Message) error {
	if len(raw) == 0 {
		return nil
	}
	if err := json.Unmarshal(raw, &m.Parent); err != nil {
		return fmt.Errorf("a message whose parent is no JSON: %w", err)
	}
	return nil
}
