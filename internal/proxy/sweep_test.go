package proxy

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nbhosting/nbhosting"
)

type oneTarget Target

func (t oneTarget) Target(nbhosting.ServerID) (Target, bool) { return Target(t), true }

// A server that nobody uses any more, and that nobody drained, is forgotten.
func TestIdleServerIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var closed atomic.Bool
		p := New(Options{Logger: slog.New(slog.DiscardHandler), Targets: oneTarget{ID: "one", Secret: "s", Dial: func(context.Context) (net.Conn, error) {
			here, there := net.Pipe()
			go func() {
				for r := bufio.NewReader(there); ; {
					if _, err := http.ReadRequest(r); err != nil {
						closed.Store(true)
						return
					}
					io.WriteString(there, "HTTP/1.1 204 No Content\r\n\r\n")
				}
			}()
			return here, nil
		}}})
		ask := func() {
			w := httptest.NewRecorder()
			p.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/server/one/s/x", nil))
			if w.Code != 204 {
				t.Errorf("status %d", w.Code)
			}
		}
		known := func() int {
			p.mu.Lock()
			defer p.mu.Unlock()
			return len(p.backends)
		}
		ask()
		time.Sleep(idleTime - time.Second)
		ask()
		time.Sleep(idleTime - time.Second)
		if closed.Load() || known() != 1 {
			t.Errorf("in use: closed %v, %d known", closed.Load(), known())
		}
		time.Sleep(3 * idleTime)
		synctest.Wait()
		if !closed.Load() || known() != 0 {
			t.Errorf("out of use: closed %v, %d known", closed.Load(), known())
		}
		ask()
		p.Drain(t.Context(), "one")
	})
}
