package history

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// contents are the newest contents of notebooks that were used last: the next
// version of each is written as a difference to it.
type contents struct {
	mu   sync.Mutex
	most int // bytes
	size int
	turn int64
	all  map[string]*kept
}

type kept struct {
	content []byte
	sum     sum
	turn    int64
}

const newestBytes = 64 << 20

func (c *contents) put(path string, s sum, content []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(path)
	if len(content) > c.most/8 {
		return
	}
	c.turn++
	c.all[path] = &kept{content: content, sum: s, turn: c.turn}
	c.size += len(content)
	for c.size > c.most {
		oldest := path
		for p, k := range c.all {
			if k.turn < c.all[oldest].turn {
				oldest = p
			}
		}
		c.drop(oldest)
	}
}

// get returns the content of a path, if it is the one with that sum. It is not to be changed.
func (c *contents) get(path string, s sum) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.all[path]
	if !ok || k.sum != s {
		return nil, false
	}
	c.turn++
	k.turn = c.turn
	return k.content, true
}

// drop forgets a content. The mutex is held.
func (c *contents) drop(path string) {
	if k, ok := c.all[path]; ok {
		c.size -= len(k.content)
		delete(c.all, path)
	}
}

// budget bounds the bytes of contents that are worked on at a time.
type budget struct {
	all  *semaphore.Weighted
	most int64
}

// busyBytes lets two of the largest contents be worked on at a time, or hundreds of usual ones.
const busyBytes = 2 * MaxContent

func newBudget(most int64) budget { return budget{all: semaphore.NewWeighted(most), most: most} }

// wait takes part of the budget until done is called.
func (b budget) wait(ctx context.Context, size int64) (done func(), err error) {
	size = min(size, b.most)
	if err := b.all.Acquire(ctx, size); err != nil {
		return nil, err
	}
	return func() { b.all.Release(size) }, nil
}

// lock is wait without an end.
func (b budget) lock(size int64) (done func()) {
	done, _ = b.wait(context.Background(), size) // it fails only with its context
	return done
}
