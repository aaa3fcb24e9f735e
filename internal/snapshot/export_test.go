package snapshot

import (
	"context"
	"time"

	"github.com/nbhosting/nbhosting"
)

// Queue is for tests of how long is waited.
type Queue struct{ *queue }

func NewQueue(places int, patience time.Duration) Queue { return Queue{newQueue(places, patience)} }

func (q Queue) Enter(ctx context.Context, s nbhosting.Student) (func(), error) {
	return q.enter(ctx, s)
}
