package apptest

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/coder/websocket"

	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
)

// Jupyter is what stands for a Jupyter server: like one, it reads its settings
// from a file and answers only to who shows its token. Any page is its own
// path; at "echo" it returns each message of a websocket.
func Jupyter(spec runtime.Spec) fake.Program {
	var settings struct {
		ServerApp struct {
			Base string `json:"base_url"`
			Root string `json:"root_dir"`
		}
		IdentityProvider struct{ Token string }
	}
	text, err := os.ReadFile(filepath.Join(spec.Dir, "jupyter_server_config.json"))
	if err == nil {
		err = json.Unmarshal(text, &settings)
	}
	if err != nil {
		return fake.Exit(1, err.Error())
	}
	base := settings.ServerApp.Base
	shutdown := make(chan struct{})
	shutDown := sync.OnceFunc(func() { close(shutdown) })
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+"api/status", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "{}") })
	mux.HandleFunc("GET "+base+"api/kernels", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "[]") })
	mux.HandleFunc("POST "+base+"api/shutdown", func(http.ResponseWriter, *http.Request) { shutDown() })
	mux.HandleFunc("GET "+base+"echo", echo)
	mux.HandleFunc("PUT "+base+"api/contents/{file...}", func(w http.ResponseWriter, r *http.Request) {
		save(w, r, filepath.Join(settings.ServerApp.Root, r.PathValue("file")))
	})
	mux.HandleFunc("GET "+base, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.URL.Path[len(base):]) })
	serve := fake.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "token "+settings.IdentityProvider.Token {
			http.Error(w, "no token", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	return func(p fake.Process) int {
		p.Term = either(p.Term, shutdown, p.Kill.Done())
		return serve(p)
	}
}

// save writes a notebook as Jupyter is asked to.
func save(w http.ResponseWriter, r *http.Request, file string) {
	var body struct{ Content json.RawMessage }
	err := json.NewDecoder(r.Body).Decode(&body)
	if err == nil {
		err = os.WriteFile(file, body.Content, 0o644)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// either returns a channel that is closed when one of the others is.
func either(a, b, c <-chan struct{}) <-chan struct{} {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		select {
		case <-a:
		case <-b:
		case <-c:
		}
	}()
	return closed
}

func echo(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer c.CloseNow()
	for {
		kind, message, err := c.Read(r.Context())
		if err != nil || c.Write(r.Context(), kind, message) != nil {
			return
		}
	}
}
