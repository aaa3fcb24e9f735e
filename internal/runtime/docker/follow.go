package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/moby/moby/api/types/jsonstream"
)

// follow writes the messages of a long call to w as text, up to the end of the
// call or to the error in it.
func follow(ctx context.Context, answer io.Reader, w io.Writer) error {
	messages := json.NewDecoder(answer)
	for {
		var m message
		err := messages.Decode(&m)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("read the answer of the engine: %w", err)
		}
		if err := m.failure(); err != nil {
			return err
		}
		if _, err := io.WriteString(w, m.text()); err != nil {
			return fmt.Errorf("write the log: %w", err)
		}
	}
}

// message also has the older form of an error, the only one that Podman gives.
type message struct {
	jsonstream.Message
	PlainError string `json:"error"`
}

func (m message) failure() error {
	switch {
	case m.Error != nil:
		return m.Error
	case m.PlainError != "":
		return errors.New(m.PlainError)
	}
	return nil
}

// text leaves out the progress of single layers, which is many lines a second.
func (m message) text() string {
	switch {
	case m.Stream != "":
		return m.Stream
	case m.Status == "" || m.Progress != nil && m.Progress.Current > 0:
		return ""
	case m.ID != "":
		return m.ID + ": " + m.Status + "\n"
	}
	return m.Status + "\n"
}
