package handover

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// peerVariable tells a program that it is started to replace another, and by
// which descriptor they speak.
const peerVariable = "NBHOSTING_HANDOVER"

// Successor is a program that was started to replace this one.
type Successor struct {
	*Peer
	PID   int
	Ended <-chan struct{} // closed once the program has ended
	Kill  func()          // ends the program at once
	How   func() string   // how it ended, once it has
	Well  func() bool     // whether it ended as it should, once it has
}

// Start starts a program that is to replace this one, in the same directory, with
// the same outputs and environment.
func Start(path string, args []string) (*Successor, error) {
	peer, theirs, err := Pair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = os.Stdout, os.Stderr, []*os.File{theirs}
	cmd.Env = append(os.Environ(), peerVariable+"=3")
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, peer.Close())
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // its state tells
		close(ended)
	}()
	return &Successor{
		Peer: peer, PID: cmd.Process.Pid, Ended: ended,
		Kill: func() { _ = cmd.Process.Kill() }, // it may have ended already
		How:  func() string { return cmd.ProcessState.String() },
		Well: func() bool { return cmd.ProcessState.Success() },
	}, nil
}

// End ends the program, and returns when it has ended.
func (s *Successor) End() {
	s.Close()
	select {
	case <-s.Ended:
		return
	case <-time.After(endPatience):
	}
	s.Kill()
	<-s.Ended
}

// endPatience is how long a program may take to end by itself once it is not wanted any more.
const endPatience = time.Second

// Predecessor returns the program that this one is started to replace; nil if there is none.
func Predecessor() (*Peer, error) {
	number, found := os.LookupEnv(peerVariable)
	if !found {
		return nil, nil
	}
	if err := os.Unsetenv(peerVariable); err != nil {
		return nil, err
	}
	fd, err := strconv.Atoi(number)
	if err != nil || fd < 3 {
		return nil, fmt.Errorf("%s is %q, and should be the number of a descriptor", peerVariable, number)
	}
	unix.CloseOnExec(fd)
	return NewPeer(os.NewFile(uintptr(fd), "handover"))
}

// Self returns the path of this program by which a new version of it is found: as
// it was called, links included, if that is it. To be called early, before either changes.
func Self() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	called, err := exec.LookPath(os.Args[0])
	if err != nil {
		return self, nil
	}
	if !strings.HasPrefix(called, "/") {
		here, err := os.Getwd()
		if err != nil {
			return self, nil
		}
		called = here + "/" + called
	}
	a, errA := os.Stat(called)
	b, errB := os.Stat(self)
	if errA != nil || errB != nil || !os.SameFile(a, b) {
		return self, nil
	}
	return called, nil
}
