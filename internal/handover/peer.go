// Package handover lets a program that serves be replaced by another one while
// it does. What listens, and connections over which nothing is asked at the
// moment, go from the one to the other as open files, so that nobody who comes or
// is there notices: what is sent meanwhile waits in the kernel.
//
// It knows nothing of what is served, nor of who says what when.
package handover

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Message is what the two programs say to each other.
type Message struct {
	Word string          `json:"word"`
	Body json.RawMessage `json:"body,omitempty"`
}

// Peer is one of the two programs, as the other sees it.
type Peer struct {
	conn *net.UnixConn
	mu   sync.Mutex // one message at a time
}

const (
	maxMessage  = 64 << 10 // bytes
	maxFiles    = 64       // with one message
	sendTimeout = 10 * time.Second
)

// Pair returns both ends of a connection: the one for this program, and the
// other as a file to be given away.
func Pair() (*Peer, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("make a pair of sockets: %w", err)
	}
	theirs := os.NewFile(uintptr(fds[1]), "handover")
	ours, err := NewPeer(os.NewFile(uintptr(fds[0]), "handover"))
	if err != nil {
		return nil, nil, errors.Join(err, theirs.Close())
	}
	return ours, theirs, nil
}

// NewPeer returns the peer at the other end of file, which it closes.
func NewPeer(file *os.File) (*Peer, error) {
	defer file.Close()
	c, err := net.FileConn(file)
	if err != nil {
		return nil, fmt.Errorf("speak to the other program: %w", err)
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		c.Close()
		return nil, errors.New("speak to the other program: that is no unix socket")
	}
	return &Peer{conn: u}, nil
}

// Close ends the conversation.
func (p *Peer) Close() error { return p.conn.Close() }

// Send says a word, with a body that is written as JSON (nil: none) and open
// files, which stay open here as well.
func (p *Peer) Send(word string, body any, files ...syscall.Conn) error {
	m := Message{Word: word}
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("say %s: %w", word, err)
		}
		m.Body = text
	}
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("say %s: %w", word, err)
	}
	if len(text) > maxMessage || len(files) > maxFiles {
		return fmt.Errorf("say %s: %d bytes and %d files are too many", word, len(text), len(files))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.conn.SetWriteDeadline(time.Now().Add(sendTimeout)) // fails if it is closed, as what follows
	err = withNumbers(files, nil, func(numbers []int) error {
		var rights []byte
		if len(numbers) > 0 {
			rights = unix.UnixRights(numbers...)
		}
		_, _, err := p.conn.WriteMsgUnix(text, rights, nil)
		return err
	})
	if err != nil {
		return fmt.Errorf("say %s: %w", word, err)
	}
	return nil
}

// Part waits until the other program ends the conversation, or ctx ends, and heeds
// nothing that it still says. To close with something unheard would make our last word unheard as well.
func (p *Peer) Part(ctx context.Context) error {
	for {
		_, files, err := p.Receive(ctx)
		if err != nil {
			return p.Close()
		}
		if err := closeAll(files); err != nil {
			return errors.Join(err, p.Close())
		}
	}
}

// withNumbers calls do with the numbers of files, none of which is closed or changed meanwhile.
func withNumbers(files []syscall.Conn, numbers []int, do func([]int) error) error {
	if len(files) == 0 {
		return do(numbers)
	}
	raw, err := files[0].SyscallConn()
	if err != nil {
		return err
	}
	var done error
	err = raw.Control(func(fd uintptr) { done = withNumbers(files[1:], append(numbers, int(fd)), do) })
	return errors.Join(err, done)
}

// Receive waits for the next message. io.EOF: the other program has gone.
func (p *Peer) Receive(ctx context.Context) (Message, []*os.File, error) {
	_ = p.conn.SetReadDeadline(time.Time{}) // fails if it is closed, as what follows
	hurried := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(hurried)
		_ = p.conn.SetReadDeadline(time.Now())
	})
	defer func() {
		if !stop() {
			<-hurried // or it would hurry the next one
		}
	}()
	text, rights := make([]byte, maxMessage), make([]byte, unix.CmsgSpace(maxFiles*4))
	n, rn, _, _, err := p.conn.ReadMsgUnix(text, rights)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return Message{}, nil, err
	}
	files, err := filesOf(rights[:rn])
	if err != nil {
		return Message{}, nil, err
	}
	var m Message
	if err := json.Unmarshal(text[:n], &m); err != nil {
		return Message{}, nil, errors.Join(fmt.Errorf("understand the other program: %w", err), closeAll(files))
	}
	return m, files, nil
}

// filesOf returns the files that came with a message. They do not go on to programs that this one starts.
func filesOf(rights []byte) ([]*os.File, error) {
	if len(rights) == 0 {
		return nil, nil
	}
	parts, err := unix.ParseSocketControlMessage(rights)
	if err != nil {
		return nil, fmt.Errorf("take files: %w", err)
	}
	var files []*os.File
	for _, part := range parts {
		numbers, err := unix.ParseUnixRights(&part)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("take files: %w", err), closeAll(files))
		}
		for _, fd := range numbers {
			files = append(files, os.NewFile(uintptr(fd), "handed over"))
		}
	}
	return files, nil
}

func closeAll(files []*os.File) error {
	var errs []error
	for _, f := range files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}
