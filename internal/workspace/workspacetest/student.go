package workspacetest

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// AsStudent calls f, which must not start goroutines, with the student's rights on
// files, and returns its error.
func (s *Site) AsStudent(f func() error) error {
	result := make(chan error)
	go func() { result <- s.become(f) }()
	return <-result
}

// Meanwhile calls f again and again with the student's rights until the test stops it.
func (s *Site) Meanwhile(f func()) (stop func()) {
	ended, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		s.become(func() error {
			for {
				select {
				case <-stopped:
					return nil
				default:
					f()
				}
			}
		})
	}()
	return func() { close(stopped); <-ended }
}

// become never gives the thread back: it ends with its goroutine.
func (s *Site) become(f func() error) error {
	if os.Getuid() == 0 {
		runtime.LockOSThread()
		unix.SetfsgidRetGid(s.UID)
		unix.SetfsuidRetUid(s.UID)
	}
	return f()
}
