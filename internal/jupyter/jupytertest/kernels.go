package jupytertest

import (
	"crypto/rand"
	"net/http"
	"sync"
	"time"
)

// kernel is one that does not exist, but answers.
type kernel struct {
	id   string
	name string

	mu      sync.Mutex
	count   int // cells that were run
	busy    bool
	last    time.Time
	clients map[*client]bool
	ended   chan struct{}
	run     sync.Mutex // is held by the cell that runs
}

type kernelModel struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Last        string `json:"last_activity"`
	State       string `json:"execution_state"`
	Connections int    `json:"connections"`
}

func (k *kernel) model() kernelModel {
	k.mu.Lock()
	defer k.mu.Unlock()
	m := kernelModel{ID: k.id, Name: k.name, Last: stamp(k.last), State: "idle", Connections: len(k.clients)}
	if k.busy {
		m.State = "busy"
	}
	return m
}

// end ends the kernel, once.
func (k *kernel) end() {
	k.mu.Lock()
	defer k.mu.Unlock()
	select {
	case <-k.ended:
	default:
		close(k.ended)
	}
}

func kernelspecs(w http.ResponseWriter, _ *http.Request) error {
	spec := map[string]any{"argv": []string{"python3"}, "display_name": "Python 3 (ipykernel)", "language": "python"}
	return answer(w, http.StatusOK, map[string]any{
		"default":     "python3",
		"kernelspecs": map[string]any{"python3": map[string]any{"name": "python3", "spec": spec, "resources": map[string]string{}}},
	})
}

func (s *Server) newKernel(name string) *kernel {
	if name == "" {
		name = "python3"
	}
	k := &kernel{id: newID(), name: name, last: time.Now(), clients: map[*client]bool{}, ended: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kernels[k.id] = k
	s.touch()
	return k
}

// newID returns one in the form that Jupyter has: a UUID.
func newID() string {
	const digits = "0123456789abcdef"
	id := []byte("xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx")
	random := make([]byte, len(id))
	_, _ = rand.Read(random) // never fails
	for i, c := range id {
		if c == 'x' {
			id[i] = digits[random[i]&15]
		}
	}
	return string(id)
}

func (s *Server) kernel(r *http.Request) (*kernel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.kernels[r.PathValue("id")]
	if !ok {
		return nil, refusal{http.StatusNotFound, "Kernel does not exist: " + r.PathValue("id")}
	}
	return k, nil
}

func (s *Server) listKernels(w http.ResponseWriter, _ *http.Request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []kernelModel{}
	for _, k := range s.kernels {
		list = append(list, k.model())
	}
	return answer(w, http.StatusOK, list)
}

func (s *Server) startKernel(w http.ResponseWriter, r *http.Request) error {
	var body struct{ Name string }
	if err := read(r, &body); err != nil {
		return err
	}
	return answer(w, http.StatusCreated, s.newKernel(body.Name).model())
}

func (s *Server) showKernel(w http.ResponseWriter, r *http.Request) error {
	k, err := s.kernel(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, k.model())
}

func (s *Server) endKernel(w http.ResponseWriter, r *http.Request) error {
	k, err := s.kernel(r)
	if err != nil {
		return err
	}
	s.drop(k)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// drop ends a kernel and the sessions that have it.
func (s *Server) drop(k *kernel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kernels, k.id)
	for id, one := range s.sessions {
		if one.kernel == k {
			delete(s.sessions, id)
		}
	}
	k.end()
}

func (s *Server) restartKernel(w http.ResponseWriter, r *http.Request) error {
	k, err := s.kernel(r)
	if err != nil {
		return err
	}
	k.mu.Lock()
	k.count, k.busy = 0, false
	k.mu.Unlock()
	return answer(w, http.StatusOK, k.model())
}

func (s *Server) interruptKernel(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.kernel(r); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// session is a notebook that has a kernel.
type session struct {
	id, path, name, kind string
	kernel               *kernel
}

func (s session) model() map[string]any {
	return map[string]any{
		"id": s.id, "path": s.path, "name": s.name, "type": s.kind, "kernel": s.kernel.model(),
		"notebook": map[string]string{"path": s.path, "name": s.name},
	}
}

func (s *Server) listSessions(w http.ResponseWriter, _ *http.Request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []map[string]any{}
	for _, one := range s.sessions {
		list = append(list, one.model())
	}
	return answer(w, http.StatusOK, list)
}

// startSession returns the session that a notebook has, or starts one.
func (s *Server) startSession(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Path, Name, Type string
		Kernel           struct{ Name, ID string }
	}
	if err := read(r, &body); err != nil {
		return err
	}
	if have, ok := s.sessionOf(body.Path); ok {
		return answer(w, http.StatusCreated, have.model())
	}
	one := session{id: newID(), path: body.Path, name: body.Name, kind: body.Type, kernel: s.newKernel(body.Kernel.Name)}
	s.mu.Lock()
	s.sessions[one.id] = one
	s.mu.Unlock()
	return answer(w, http.StatusCreated, one.model())
}

func (s *Server) sessionOf(path string) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.sessions {
		if one.path == path {
			return one, true
		}
	}
	return session{}, false
}

func (s *Server) endSession(w http.ResponseWriter, r *http.Request) error {
	s.mu.Lock()
	one, ok := s.sessions[r.PathValue("id")]
	s.mu.Unlock()
	if !ok {
		return refusal{http.StatusNotFound, "Session not found"}
	}
	s.drop(one.kernel)
	w.WriteHeader(http.StatusNoContent)
	return nil
}
