package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/moby/moby/client"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// failed wraps what the engine's client returned with what was being done, and
// with ErrUnavailable where the engine did not answer.
func failed(err error, doing, what string) error {
	if unanswered(err) {
		return fmt.Errorf("%s %s: %w: %w", doing, what, runtime.ErrUnavailable, err)
	}
	return fmt.Errorf("%s %s: %w", doing, what, err)
}

func unanswered(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false // the caller does not want to know any more
	}
	var network net.Error
	return client.IsErrConnectionFailed(err) || errors.As(err, &network) ||
		errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
