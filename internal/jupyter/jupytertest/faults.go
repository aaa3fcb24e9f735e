package jupytertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"
)

// Faults are the ways in which a server goes wrong. As JSON they are lower case, as
// the tags say; durations are in milliseconds.
type Faults struct {
	StartDelay int `json:"start_delay,omitempty"` // before it listens
	Exit       int `json:"exit,omitempty"`        // it ends with this code instead of listening

	Hang       bool `json:"hang,omitempty"`        // requests are taken and not answered
	Status     int  `json:"status,omitempty"`      // all requests are answered with it
	SaveDelay  int  `json:"save_delay,omitempty"`  // before a file is written
	SaveStatus int  `json:"save_status,omitempty"` // saves are refused with it
	CellDelay  int  `json:"cell_delay,omitempty"`  // before a cell is answered
	CellFails  bool `json:"cell_fails,omitempty"`  // cells end with an error
	CellMute   bool `json:"cell_mute,omitempty"`   // cells are never answered
	Drop       bool `json:"drop,omitempty"`        // a websocket is closed when a cell is to be run

	LogRate int `json:"log_rate,omitempty"` // lines a second that it logs, from the next request on
	EatMB   int `json:"eat_mb,omitempty"`   // memory that it takes at the next request, and keeps
}

// FaultsFile, in a student's files or beside the program, says what a server is to
// do wrong; FaultsVariable is an environment variable of the same.
const (
	FaultsFile     = ".fake-jupyter.json"
	FaultsVariable = "FAKE_JUPYTER"
)

// FaultsOf reads what the environment, then what files say. A later one wins, field by field.
func FaultsOf(environment string, files ...string) (Faults, error) {
	var f Faults
	if environment != "" {
		if err := json.Unmarshal([]byte(environment), &f); err != nil {
			return Faults{}, fmt.Errorf("%s: %w", FaultsVariable, err)
		}
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = json.Unmarshal(text, &f)
		}
		if err != nil {
			return Faults{}, fmt.Errorf("%s: %w", file, err)
		}
	}
	return f, nil
}

// DropCell is the code of a cell that closes the websocket it came by.
const DropCell = "%drop"

// KillCell is the code of a cell that its kernel does not survive: it is never
// answered, Jupyter tells that the kernel starts again, and it does.
const KillCell = "%kill"

// misbehave does what is wrong with a request, and tells whether there is nothing left to answer.
func (s *Server) misbehave(w http.ResponseWriter, r *http.Request) bool {
	f := s.faults()
	if f.EatMB > 0 {
		s.eat(f.EatMB)
	}
	if f.LogRate > 0 && s.flooding.CompareAndSwap(false, true) {
		go s.flood()
	}
	switch {
	case f.Hang:
		<-r.Context().Done()
		return true
	case f.Status != 0:
		http.Error(w, "as it was told", f.Status)
		return true
	}
	return false
}

// eat takes memory, each page of it.
func (s *Server) eat(mb int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.eaten) >= mb<<20 {
		return
	}
	s.eaten = make([]byte, mb<<20)
	for i := 0; i < len(s.eaten); i += 4096 {
		s.eaten[i] = 1
	}
}

// flood logs as long as it is told to.
func (s *Server) flood() {
	defer s.flooding.Store(false)
	line := strings.Repeat("all is well. ", 20) + "\n"
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		rate := s.faults().LogRate
		if rate <= 0 {
			return
		}
		fmt.Fprint(s.output, strings.Repeat(line, max(1, rate/10)))
		select {
		case <-ticker.C:
		case <-s.shutdown:
			return
		}
	}
}

// pause waits for so many milliseconds, unless the request ends.
func pause(done <-chan struct{}, milliseconds int) {
	if milliseconds <= 0 {
		return
	}
	select {
	case <-time.After(time.Duration(milliseconds) * time.Millisecond):
	case <-done:
	}
}
