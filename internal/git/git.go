// Package git runs the git program on course repositories: clone, fetch, and
// read commits, trees and files without ever checking anything out.
//
// Neither a remote nor a repository on disk is trusted. No hook, filter,
// helper or pager of a repository or of this host's configuration runs; nobody
// is asked for a password; every call has a deadline, and when it passes, git
// and all that git started are ended. Passwords in URLs reach git through its
// environment only: not an argument, a file, an error or a log.
package git

import (
	"path/filepath"
	"time"
)

const (
	defaultTimeout        = 2 * time.Minute
	defaultNetworkTimeout = 10 * time.Minute
)

// Runner runs git. The zero value is ready to use.
type Runner struct {
	Program        string        // the git program; empty is "git" of the PATH
	Timeout        time.Duration // of a call that reads a repository on disk; zero is 2 minutes
	NetworkTimeout time.Duration // of a call that speaks to a remote; zero is 10 minutes
	SSH            SSHOptions    // of calls that speak to a remote
}

func (r Runner) program() string {
	if r.Program == "" {
		return "git"
	}
	return r.Program
}

func (r Runner) timeout() time.Duration {
	if r.Timeout == 0 {
		return defaultTimeout
	}
	return r.Timeout
}

func (r Runner) networkTimeout() time.Duration {
	if r.NetworkTimeout == 0 {
		return defaultNetworkTimeout
	}
	return r.NetworkTimeout
}

// inRepository begins an argument vector that is about the clone in dir. Naming
// the git directory keeps git from looking for one in the directories above.
func inRepository(dir string, args ...string) []string {
	return append([]string{"--git-dir=" + filepath.Join(dir, ".git")}, args...)
}
