// Package jupytertest is a small server that stands for Jupyter where many are
// needed: it speaks as much of the REST API, of the contents API and of kernels'
// websockets as browsers need to open a notebook, run cells and save. Files are real,
// kernels are not. It goes wrong in the ways that it is told to.
package jupytertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// Settings are what a server reads from the file that Jupyter reads.
type Settings struct {
	Base   string // URL path, with slashes at both ends
	Socket string
	Root   string // directory of the student's files
	Token  string
}

// SettingsFile is the name of the file in the directory that a server is started with.
const SettingsFile = "jupyter_server_config.json"

// ReadSettings reads the settings in dir.
func ReadSettings(dir string) (Settings, error) {
	text, err := os.ReadFile(filepath.Join(dir, SettingsFile))
	if err != nil {
		return Settings{}, err
	}
	var file struct {
		ServerApp struct {
			Base string `json:"base_url"`
			Sock string
			Root string `json:"root_dir"`
		}
		IdentityProvider struct{ Token string }
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return Settings{}, fmt.Errorf("read %s: %w", SettingsFile, err)
	}
	app := file.ServerApp
	if app.Base == "" || app.Sock == "" || app.Root == "" || file.IdentityProvider.Token == "" {
		return Settings{}, errors.New(SettingsFile + " lacks a base, a socket, a root or a token")
	}
	return Settings{Base: app.Base, Socket: app.Sock, Root: app.Root, Token: file.IdentityProvider.Token}, nil
}

// Server stands for one Jupyter server.
type Server struct {
	settings Settings
	faults   func() Faults
	output   io.Writer // its log
	files    *os.Root
	mux      *http.ServeMux
	started  time.Time

	shutdown chan struct{}
	shutOnce sync.Once
	sockets  atomic.Int64
	last     atomic.Int64 // unix nanoseconds of the last activity
	flooding atomic.Bool

	mu       sync.Mutex
	kernels  map[string]*kernel
	sessions map[string]session
	eaten    []byte
}

// New returns a server. It asks for its faults at each request.
func New(settings Settings, faults func() Faults, output io.Writer) (*Server, error) {
	files, err := os.OpenRoot(settings.Root)
	if err != nil {
		return nil, err
	}
	s := &Server{
		settings: settings, faults: faults, output: output, files: files, started: time.Now(),
		shutdown: make(chan struct{}), kernels: map[string]*kernel{}, sessions: map[string]session{},
	}
	s.touch()
	s.mux = s.routes()
	return s, nil
}

// Close ends its kernels and lets go of its files.
func (s *Server) Close() error {
	s.mu.Lock()
	for _, k := range s.kernels {
		k.end()
	}
	s.mu.Unlock()
	return s.files.Close()
}

// Shutdown is closed when somebody has asked the server to end.
func (s *Server) Shutdown() <-chan struct{} { return s.shutdown }

// handler answers a request, or returns an error that says with what status not to.
type handler func(http.ResponseWriter, *http.Request) error

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]handler{
		"GET api/status":                    s.status,
		"POST api/shutdown":                 s.shutDown,
		"GET api/kernelspecs":               kernelspecs,
		"GET api/kernels":                   s.listKernels,
		"POST api/kernels":                  s.startKernel,
		"GET api/kernels/{id}":              s.showKernel,
		"DELETE api/kernels/{id}":           s.endKernel,
		"POST api/kernels/{id}/restart":     s.restartKernel,
		"POST api/kernels/{id}/interrupt":   s.interruptKernel,
		"GET api/kernels/{id}/channels":     s.channels,
		"GET api/sessions":                  s.listSessions,
		"POST api/sessions":                 s.startSession,
		"DELETE api/sessions/{id}":          s.endSession,
		"GET api/terminals":                 empty,
		"GET api/contents/{path...}":        s.getContents,
		"GET api/contents":                  s.getContents,
		"PUT api/contents/{path...}":        s.putContents,
		"PATCH api/contents/{path...}":      s.moveContents,
		"DELETE api/contents/{path...}":     s.deleteContents,
		"POST api/contents/{path...}":       s.checkpoint,
		"GET static/{path...}":              asset,
		"GET notebooks/{path...}":           s.page,
		"GET lab/{path...}":                 s.page,
		"GET tree/{path...}":                s.page,
		"GET nbclassic/notebooks/{path...}": s.page,
		"GET doc/tree/{path...}":            s.page,
		"GET {$}":                           s.page,
	} {
		method, path, _ := cut(pattern)
		mux.HandleFunc(method+" "+s.settings.Base+path, answering(handle))
	}
	return mux
}

// ServeHTTP answers who shows the token.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "token "+s.settings.Token {
		http.Error(w, "no token", http.StatusForbidden)
		return
	}
	if !s.misbehave(w, r) {
		s.mux.ServeHTTP(w, r)
	}
}

func (s *Server) touch() { s.last.Store(time.Now().UnixNano()) }

func (s *Server) status(w http.ResponseWriter, _ *http.Request) error {
	s.mu.Lock()
	kernels := len(s.kernels)
	s.mu.Unlock()
	return answer(w, http.StatusOK, map[string]any{
		"connections": s.sockets.Load(), "kernels": kernels,
		"last_activity": stamp(time.Unix(0, s.last.Load())), "started": stamp(s.started),
	})
}

func (s *Server) shutDown(w http.ResponseWriter, _ *http.Request) error {
	defer s.shutOnce.Do(func() { close(s.shutdown) })
	return answer(w, http.StatusOK, map[string]any{})
}
