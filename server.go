package nbhosting

import (
	"net/url"
	"strings"
	"time"
)

// ServerID names one start of a server. It is random, not secret, and never used again.
type ServerID string

// ServerState is a stage in the life of a server.
type ServerState int

const (
	Stopped ServerState = iota
	Starting
	Ready
	Stopping
	Failed
)

// String returns the word for s that people and the API see.
func (s ServerState) String() string {
	switch s {
	case Stopped:
		return "stopped"
	case Starting:
		return "starting"
	case Ready:
		return "ready"
	case Stopping:
		return "stopping"
	case Failed:
		return "failed"
	}
	return "unknown"
}

// Server is one start of the Jupyter server of a workspace.
type Server struct {
	ID        ServerID
	Key       Key
	Secret    string // the part of its URLs that only its student knows
	Token     string // what the proxy shows to Jupyter; never leaves this program and the server
	Image     string
	Revision  string // commit that the course was at
	Dir       string // the server's own directory on the host: its socket and its start files
	UID       int    // owner of the workspace and of the socket
	State     ServerState
	StartedAt time.Time
}

// BasePath returns the URL path under which the server is reached. It holds the secret.
func (s Server) BasePath() string { return ServerPrefix + string(s.ID) + "/" + s.Secret + "/" }

// ServerPrefix begins the URL path of everything that the proxy serves.
const ServerPrefix = "/server/"

// OwnSegment is the first segment, below a server's address, of what is ours and
// not Jupyter's: the page around a notebook, and all that is reached from there.
// Who knows the address of the server may use it in its student's name.
const OwnSegment = "-"

// What an own page shows: a notebook, or a page of Jupyter's own.
const (
	barNotebook = OwnSegment + "/notebook/"
	barPage     = OwnSegment + "/page/"
)

// NotebookPath returns the URL path of our page around a notebook of the server's,
// escaped, with a query if app is not empty: then it is the front end.
func (s Server) NotebookPath(file string, app FrontEnd) string {
	path := s.BasePath() + barNotebook + escapePath(file)
	if app != "" {
		path += "?" + AppKey + "=" + string(app)
	}
	return path
}

// FrontEndPath returns the URL path of our page around a page of Jupyter's own, escaped.
func (s Server) FrontEndPath(f FrontEnd, folder string) string {
	return s.BasePath() + barPage + f.Page(folder)
}

// IsOwnPath tells whether the rest of a server's URL path is ours.
func IsOwnPath(rest string) bool {
	return rest == OwnSegment || strings.HasPrefix(rest, OwnSegment+"/")
}

// SplitServerPath takes the escaped URL path of a request to a server apart.
// The rest has no leading slash and stays escaped.
func SplitServerPath(path string) (id ServerID, secret, rest string, ok bool) {
	path, ok = strings.CutPrefix(path, ServerPrefix)
	if !ok {
		return "", "", "", false
	}
	first, path, ok := strings.Cut(path, "/")
	if !ok {
		return "", "", "", false
	}
	secret, rest, _ = strings.Cut(path, "/")
	return ServerID(first), secret, rest, true
}

// OpeningPrefix begins the URL path of the pages that follow one opening; the
// rest of it lets whoever knows it into the student's notebook.
const OpeningPrefix = "/openings/"

// RedactPath returns an escaped URL path as it may be logged: without the secret
// of a server or an opening.
func RedactPath(path string) string {
	if strings.HasPrefix(path, OpeningPrefix) {
		return OpeningPrefix + "…"
	}
	if !strings.HasPrefix(path, ServerPrefix) {
		return path
	}
	id, _, rest, ok := SplitServerPath(path)
	if !ok {
		return ServerPrefix + "…"
	}
	return ServerPrefix + string(id) + "/…/" + rest
}

// LaunchOfServerPath returns the launch that leads to what the rest of a URL of
// key's server shows: a notebook ("notebooks/w1/intro.ipynb",
// "lab/tree/w1/intro.md") or a page of Jupyter's own ("tree/w1", "lab"), in our
// page or not.
func LaunchOfServerPath(key Key, rest string) (l Launch, ok bool) {
	l = Launch{Course: key.Course, Student: key.Student}
	path, err := url.PathUnescape(strings.TrimSuffix(rest, "/"))
	if err != nil {
		return Launch{}, false
	}
	path = strings.TrimPrefix(path, barPage)
	for _, prefix := range []string{barNotebook, "notebooks/", "edit/", "doc/tree/", "nbclassic/notebooks/"} {
		if after, found := strings.CutPrefix(path, prefix); found {
			l.Notebook = after
			return l, CheckNotebookPath(after) == nil
		}
	}
	l.FrontEnd, l.Folder, ok = splitPage(strings.Split(dropLayout(path), "/"))
	if !ok || l.Folder != "" && CheckNotebookPath(l.Folder) != nil {
		return Launch{}, false
	}
	if TrimNotebookExtension(l.Folder) != l.Folder {
		return Launch{Course: key.Course, Student: key.Student, Notebook: l.Folder}, true
	}
	return l, true
}

// dropLayout drops the name of the layout that JupyterLab keeps for each of
// several windows: "lab/workspaces/auto-x/tree/w1" shows "lab/tree/w1".
func dropLayout(path string) string {
	after, found := strings.CutPrefix(path, "lab/workspaces/")
	if !found {
		return path
	}
	if _, after, found = strings.Cut(after, "/"); found {
		return "lab/" + after
	}
	return "lab"
}
