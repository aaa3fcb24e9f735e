package main

import (
	"encoding/binary"
	"strings"
)

// cell is what goes over the websockets: a message that runs a cell, as Jupyter's
// pages send it, so that proxies that look at what passes do so here.
var cell = packed("shell",
	`{"date":"2026-11-26T19:08:59.445Z","msg_id":"e6924784-788d-46c4-a996-5b1b05e34990","msg_type":"execute_request","session":"4057c31b-2673-4b33-82f9-a6ebd0d703dc","username":"","version":"5.2"}`,
	"{}", `{"deletedCells":[],"recordTiming":false,"cellId":"c4a5f0e3"}`,
	`{"silent":false,"store_history":true,"user_expressions":{},"allow_stdin":true,"stop_on_error":true,"code":"print(1)"}`)

const (
	cellProtocol = "v1.kernel.websocket.jupyter.org"
	cellHead     = 4 // bytes of the head of its frame, without a mask
)

// packed returns a message in cellProtocol.
func packed(parts ...string) []byte {
	at := uint64(8 * (len(parts) + 2))
	message := binary.LittleEndian.AppendUint64(nil, uint64(len(parts)+1))
	for _, part := range parts {
		message = binary.LittleEndian.AppendUint64(message, at)
		at += uint64(len(part))
	}
	message = binary.LittleEndian.AppendUint64(message, at)
	return append(message, strings.Join(parts, "")...)
}

// appendCellHead begins a frame that holds a cell; masked is 0x80 where a mask follows.
func appendCellHead(frame []byte, masked byte) []byte {
	return binary.BigEndian.AppendUint16(append(frame, 0x82, masked|126), uint16(len(cell)))
}
