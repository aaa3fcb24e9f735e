package git

import "strings"

// saying is a text by which git, curl or ssh tells a reason.
type saying struct {
	text   string
	reason error
}

// sayings are looked for in this order: what is certain comes before what
// git adds as a guess ("make sure … the repository exists").
var sayings = []saying{
	{"No space left on device", ErrNoSpace},
	{"Disk quota exceeded", ErrNoSpace},
	{"File too large", ErrNoSpace},
	{"transport '", ErrURL}, // … not allowed
	{"IDENTIFICATION HAS CHANGED", ErrHostKeyChanged},
	{"Host key verification failed", ErrHostKey},
	{"certificate problem", ErrCertificate},
	{"certificate verif", ErrCertificate},
	{"SSL: no alternative certificate", ErrCertificate},
	{"could not read Username", ErrDenied},
	{"could not read Password", ErrDenied},
	{"Authentication failed", ErrDenied},
	{"Permission denied", ErrDenied},
	{"Too many authentication failures", ErrDenied},
	{"returned error: 401", ErrDenied},
	{"returned error: 403", ErrDenied},
	{"Access denied", ErrDenied},
	{"access denied", ErrDenied},
	{"Could not resolve host", ErrUnknownHost},
	{"unable to look up", ErrUnknownHost},
	{"Name or service not known", ErrUnknownHost},
	{"name resolution", ErrUnknownHost},
	{"Operation too slow", ErrTimeout},
	{"timed out", ErrTimeout},
	{"Timeout was reached", ErrTimeout},
	{"Connection refused", ErrUnreachable},
	{"Failed to connect", ErrUnreachable},
	{"Could not connect", ErrUnreachable},
	{"Couldn't connect", ErrUnreachable},
	{"No route to host", ErrUnreachable},
	{"Network is unreachable", ErrUnreachable},
	{"unable to connect", ErrUnreachable},
	{"kex_exchange_identification", ErrUnreachable},
	{"Connection closed by", ErrUnreachable},
	{"Connection reset by", ErrUnreachable},
	{"returned error: 30", ErrMoved}, // 301, 302, 303, 307 and 308
	{"returned error: 404", ErrNotFound},
	{"returned error: 410", ErrNotFound},
	{"epository not found", ErrNotFound},
	{"' not found", ErrNotFound},
	{"does not exist", ErrNotFound},
	{"not a git repository", ErrNotRepository},
	{"be used inside a git repository", ErrNotRepository},
	{"is this a git repository?", ErrNotRepository},
	{"not appear to be a git repository", ErrNotRepository},
	{"bundle file", ErrNotRepository}, // what git takes a plain file for
	{"Not a valid object name", ErrNoRevision},
	{"Needed a single revision", ErrNoRevision},
	{"not a tree object", ErrNoRevision},
	{"unadvertised object", ErrNoRevision},
	{"not our ref", ErrNoRevision},
	{"find remote ref", ErrNoRevision},
	{"have permission to view", ErrNotFound},          // GitLab over ssh: "could not be found or you don't …"
	{"you have the correct access rights", ErrDenied}, // git's guess, where the host gave a reason of its own
}

// reasonOf finds the reason in what git said, or returns nil.
func reasonOf(said string) error {
	for _, s := range sayings {
		if strings.Contains(said, s.text) {
			return s.reason
		}
	}
	return nil
}
