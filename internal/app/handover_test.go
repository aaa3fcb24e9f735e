package app_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/nbhosting/nbhosting/internal/app"
	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/config"
	"github.com/nbhosting/nbhosting/internal/handover"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
	"github.com/nbhosting/nbhosting/internal/unixsock"
)

// relay is a site that is served by one program after another, all in this process.
type relay struct {
	*apptest.Site
	t     *testing.T
	ctx   context.Context
	end   context.CancelFunc
	base  string // the address of the public pages
	admin *http.Client
	ended chan error // of each program
	runs  atomic.Int64

	// start starts the next program; a test may put another one in its place.
	start func() (*handover.Successor, error)
}

func newRelay(t *testing.T, changes ...func(*config.Config)) *relay {
	t.Helper()
	changes = append(changes, func(cfg *config.Config) {
		cfg.Access.RefererDomains = append(cfg.Access.RefererDomains, "127.0.0.1") // of redirects, as Go's client follows them
	})
	r := &relay{Site: apptest.New(t, changes...), t: t, ended: make(chan error, 100)}
	r.CreateCourse("tour", apptest.Repository(t, map[string]string{"intro.ipynb": ""}))
	if err := r.App.Close(); err != nil {
		t.Fatal(err)
	}
	r.ctx, r.end = context.WithCancel(context.Background())
	r.start = func() (*handover.Successor, error) { return r.successor(func(*config.Config) {}) }
	ready := make(chan string, 1)
	r.run(nil, func(address string) { ready <- "http://" + address }, r.Config)
	select {
	case r.base = <-ready:
	case err := <-r.ended:
		t.Fatal(err)
	}
	r.admin = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return unixsock.Dial(ctx, app.AdminSocket(r.Config), unixsock.AnyOwner)
	}}}
	t.Cleanup(func() {
		r.end()
		for r.runs.Load() > 0 {
			if err := <-r.ended; err != nil {
				t.Errorf("a program ended: %v", err)
			}
		}
		if t.Failed() {
			t.Log(r.Log.String())
		}
	})
	return r
}

// run runs a program until the test ends or another one replaces it.
func (r *relay) run(before *handover.Peer, ready func(string), cfg config.Config) (ended chan struct{}) {
	r.runs.Add(1)
	ended = make(chan struct{})
	p := app.Program{
		Config: cfg, Version: apptest.Version, Predecessor: before, Ready: ready, Runtime: r.Engine.Driver("test"),
		Logger: slog.New(slog.NewTextHandler(r.Log, nil)), Start: func() (*handover.Successor, error) { return r.start() },
	}
	go func() {
		defer close(ended)
		err := p.Run(r.ctx)
		if before != nil && err != nil {
			err = nil // it was not to serve: the test looks at what its predecessor says
		}
		r.runs.Add(-1)
		r.ended <- err
	}()
	return ended
}

// successor starts a program with a changed configuration.
func (r *relay) successor(change func(*config.Config)) (*handover.Successor, error) {
	ours, file, err := handover.Pair()
	if err != nil {
		return nil, err
	}
	theirs, err := handover.NewPeer(file)
	if err != nil {
		return nil, err
	}
	cfg := r.Config
	change(&cfg)
	return &handover.Successor{
		Peer: ours, PID: os.Getpid(), Ended: r.run(theirs, nil, cfg),
		Kill: func() { theirs.Close() }, How: func() string { return "it ended" },
		Well: func() bool { return true },
	}, nil
}

// replace asks for a hand-over, and returns the answer of the API.
func (r *relay) replace() (status int, answer string) {
	resp, err := r.admin.Post("http://nbhosting/api/handover", "application/json", nil)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(text)
}

func (r *relay) eventually(what string, ok func() bool) {
	r.t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("in vain: %s\n%s", what, r.Log)
		}
	}
}

// open opens the notebook as a student's program does, and returns the address of the server.
func (r *relay) open(student string) string {
	r.t.Helper()
	client := http.Client{CheckRedirect: func(req *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(req.URL.Path, "/server/") {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	resp, err := client.Get(r.base + "/notebookLazyCopy/tour/intro/" + student)
	if err != nil {
		r.t.Error(err)
		return ""
	}
	defer resp.Body.Close()
	at := resp.Header.Get("Location")
	if resp.StatusCode != http.StatusFound {
		text, _ := io.ReadAll(resp.Body)
		r.t.Errorf("opening: %s\n%s", resp.Status, text)
		return ""
	}
	return r.base + strings.Join(strings.SplitN(at, "/", 5)[:4], "/") + "/"
}

// TestNobodyIsRefusedWhileTheProgramIsReplaced asks over many connections, kept
// and new ones, while programs replace one another.
func TestNobodyIsRefusedWhileTheProgramIsReplaced(t *testing.T) {
	r := newRelay(t)
	server := r.open("alice")
	socket, _, err := websocket.Dial(t.Context(), server+"echo", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.CloseNow()
	ctx, stop := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	var asked atomic.Int64
	for i := range 16 {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: i%4 == 0}}
		asking.Go(func() {
			for ctx.Err() == nil {
				// A PUT with a body that cannot be sent twice: the client does not try again by itself.
				req, err := http.NewRequest(http.MethodPut, server+"page", io.NopCloser(strings.NewReader("text")))
				if err != nil {
					t.Error(err)
					return
				}
				resp, err := client.Do(req)
				if err != nil {
					t.Errorf("refused: %v", err)
					return
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				if resp.StatusCode != http.StatusMethodNotAllowed { // as what stands for Jupyter answers
					t.Errorf("answered %s", resp.Status)
				}
				asked.Add(1)
			}
		})
	}
	for range 4 {
		before := asked.Load()
		if status, answer := r.replace(); status != http.StatusOK || !strings.Contains(answer, apptest.Version) {
			t.Errorf("got %d %s", status, answer)
		}
		r.eventually("requests go on", func() bool { return asked.Load() > before+100 })
	}
	stop()
	asking.Wait()
	if _, _, err := socket.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusServiceRestart {
		t.Errorf("the websocket ended with %v", err)
	}
	if again := r.open("alice"); again != server || r.Starts() != 1 {
		t.Errorf("the server is %s after %d starts, was %s", again, r.Starts(), server)
	}
}

// TestAProgramThatCannotTakeOver leaves the old one in charge, at whatever point it fails.
func TestAProgramThatCannotTakeOver(t *testing.T) {
	r := newRelay(t)
	server := r.open("alice")
	failing := map[string]func() (*handover.Successor, error){
		"could not be started": func() (*handover.Successor, error) { return nil, errors.New("no such file") },
		"ended (it ended) before": func() (*handover.Successor, error) {
			s, err := r.quitter(func(p *handover.Peer) {})
			return s, err
		},
		"data directory": func() (*handover.Successor, error) {
			return r.successor(func(cfg *config.Config) { cfg.Root += "-other" })
		},
		"listen": func() (*handover.Successor, error) {
			return r.successor(func(cfg *config.Config) { cfg.Listen = "192.0.2.1:1" })
		},
		// It seems to be well, and dies when it has been given the site.
		"(it ended)": func() (*handover.Successor, error) {
			return r.quitter(func(p *handover.Peer) {
				for word := ""; word != "yours"; {
					m, _, err := p.Receive(context.Background())
					if err != nil {
						t.Error(err)
						return
					}
					if word = m.Word; word == "offer" {
						p.Send("ready", struct{ Version string }{"9"})
					}
				}
			})
		},
	}
	normal := r.start
	for says, start := range failing {
		r.start = start
		if status, answer := r.replace(); status != http.StatusServiceUnavailable || !strings.Contains(answer, says) || !strings.Contains(answer, "old one goes on") {
			t.Errorf("where it should say %q: %d %s", says, status, answer)
		}
		if again := r.open("alice"); again != server || r.Starts() != 1 {
			t.Errorf("%s: the server is %s after %d starts, was %s", says, again, r.Starts(), server)
		}
	}
	r.start = normal
	if status, answer := r.replace(); status != http.StatusOK {
		t.Errorf("afterwards: %d %s", status, answer)
	}
	if again := r.open("alice"); again != server {
		t.Errorf("the server is %s, was %s", again, server)
	}
}

// TestTheTablesAreAsTheyWere where a newer program has changed them, and died; also if a third
// one, such as a backup, reads them all the while.
func TestTheTablesAreAsTheyWere(t *testing.T) {
	for _, reader := range []bool{false, true} {
		t.Run(fmt.Sprintf("reader=%t", reader), func(t *testing.T) {
			r := newRelay(t)
			if reader {
				r.keepReading()
			}
			server := r.open("alice")
			r.start = func() (*handover.Successor, error) { return r.quitter(r.changeTablesAndDie) }
			if status, answer := r.replace(); status != http.StatusServiceUnavailable {
				t.Errorf("got %d %s", status, answer)
			}
			if again := r.open("alice"); again != server || r.Starts() != 1 {
				t.Errorf("the server is %s after %d starts, was %s", again, r.Starts(), server)
			}
		})
	}
}

// keepReading has another program read the database until the test ends.
func (r *relay) keepReading() {
	r.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(r.Config.Root, "nbhosting.db"))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { db.Close() })
	tx, err := db.Begin()
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = tx.Rollback() })
	var n int
	if err := tx.QueryRow("SELECT count(*) FROM course").Scan(&n); err != nil || n != 1 {
		r.t.Fatalf("%d courses, %v", n, err)
	}
}

// changeTablesAndDie is a newer program, as far as it comes.
func (r *relay) changeTablesAndDie(p *handover.Peer) {
	for word := ""; word != "yours"; {
		m, _, err := p.Receive(context.Background())
		if err != nil {
			r.t.Error(err)
			return
		}
		if word = m.Word; word == "offer" {
			p.Send("ready", map[string]any{"Version": "9", "Migrates": true})
		}
	}
	db, err := sql.Open("sqlite", filepath.Join(r.Config.Root, "nbhosting.db"))
	if err == nil {
		_, err = db.Exec("PRAGMA user_version = 99; DROP TABLE course")
	}
	if err := errors.Join(err, db.Close()); err != nil {
		r.t.Error(err)
	}
}

// quitter is a program that ends when do returns.
func (r *relay) quitter(do func(*handover.Peer)) (*handover.Successor, error) {
	ours, file, err := handover.Pair()
	if err != nil {
		return nil, err
	}
	theirs, err := handover.NewPeer(file)
	if err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		do(theirs)
		theirs.Close()
	}()
	return &handover.Successor{Peer: ours, Ended: ended, Kill: func() {}, How: func() string { return "it ended" }, Well: func() bool { return false }}, nil
}

// TestAHandOverWaitsForStarts has two students come: the first one's server is
// starting when the hand-over begins, the other one comes during it.
func TestAHandOverWaitsForStarts(t *testing.T) {
	r := newRelay(t)
	release, begun := make(chan struct{}), make(chan struct{}, 10)
	r.Engine.Fail(fake.Failures{Start: func(context.Context, runtime.Spec) error {
		begun <- struct{}{}
		<-release
		return nil
	}})
	opened := make(chan string, 2)
	go func() { opened <- r.open("alice") }()
	<-begun
	done := make(chan string, 1)
	go func() {
		status, answer := r.replace()
		done <- fmt.Sprint(status, answer)
	}()
	r.eventually("the hand-over has begun", func() bool { return strings.Contains(r.Log.String(), "is to be replaced") })
	if status, answer := r.replace(); status != http.StatusConflict {
		t.Errorf("a second one: %d %s", status, answer)
	}
	go func() { opened <- r.open("bob") }()
	select {
	case answer := <-done:
		t.Fatalf("it did not wait: %s", answer)
	case <-time.After(100 * time.Millisecond):
	}
	close(release)
	if answer := <-done; !strings.HasPrefix(answer, "200") {
		t.Fatal(answer)
	}
	a, b := <-opened, <-opened
	if a == b || r.Starts() != 2 {
		t.Errorf("opened %s and %s, after %d starts", a, b, r.Starts())
	}
}

// TestAPageFollowsItsOpeningOverAHandOver follows one as the page's script does.
func TestAPageFollowsItsOpeningOverAHandOver(t *testing.T) {
	r := newRelay(t, func(cfg *config.Config) { cfg.Servers.ParallelStarts = 1 })
	release, begun := make(chan struct{}), make(chan struct{}, 10)
	r.Engine.Fail(fake.Failures{Start: func(context.Context, runtime.Spec) error {
		begun <- struct{}{}
		<-release
		return nil
	}})
	first := make(chan struct{})
	go func() {
		defer close(first)
		r.page("/notebookLazyCopy/tour/intro/first")
	}()
	defer func() { <-first }()
	<-begun
	page := r.page("/notebookLazyCopy/tour/intro/bob")
	_, events, found := strings.Cut(page, `data-events="`)
	if !found {
		t.Fatal(page)
	}
	events, _, _ = strings.Cut(events, `"`)
	done := make(chan int, 1)
	go func() {
		status, _ := r.replace()
		done <- status
	}()
	r.eventually("the hand-over has begun", func() bool { return strings.Contains(r.Log.String(), "is to be replaced") })
	close(release)
	if status := <-done; status != http.StatusOK {
		t.Fatal(status)
	}
	r.eventually("it is led to the notebook", func() bool {
		text := r.page(events)
		if strings.Contains(text, "failure") {
			t.Fatal(text)
		}
		return strings.Contains(text, `"location":"/server/`)
	})
	if r.Starts() != 2 {
		t.Errorf("%d starts", r.Starts())
	}
}

func (r *relay) page(path string) string {
	r.t.Helper()
	req, err := http.NewRequest(http.MethodGet, r.base+path, nil)
	if err != nil {
		r.t.Error(err)
		return ""
	}
	req.Header.Set("Accept", "text/html")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Error(err)
		return ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Error(err)
	}
	return string(text)
}

// TestASignalToEndDuringAHandOver ends both programs, and leaves the site whole.
func TestASignalToEndDuringAHandOver(t *testing.T) {
	r := newRelay(t)
	server := r.open("alice")
	r.start = func() (*handover.Successor, error) {
		return r.quitter(func(p *handover.Peer) { // it never says that it is ready
			for {
				_, files, err := p.Receive(context.Background())
				if err != nil {
					return
				}
				for _, f := range files {
					f.Close() // the lock is among them
				}
			}
		})
	}
	go r.replace()
	r.eventually("the hand-over has begun", func() bool { return strings.Contains(r.Log.String(), "is to be replaced") })
	r.end()
	if err := <-r.ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
	again, err := app.OpenOn(t.Context(), r.Engine.Driver("test"), r.Config, apptest.Version, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if err := again.Adopt(t.Context()); err != nil {
		t.Fatal(err)
	}
	if at := redirect(t, again.Public(), "/notebookLazyCopy/tour/intro/alice"); !strings.HasPrefix(r.base+at, server) {
		t.Errorf("the server is at %s, was at %s", at, server)
	}
}

// TestASaveThatTakesLongerThanTheHandOver is carried to its end by the old program,
// and its version is kept by the new one.
func TestASaveThatTakesLongerThanTheHandOver(t *testing.T) {
	r := newRelay(t)
	server := r.open("alice")
	body, feed := io.Pipe()
	req, err := http.NewRequest(http.MethodPut, server+"api/contents/intro.ipynb", body)
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan string, 1)
	go func() {
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			answered <- err.Error()
			return
		}
		defer resp.Body.Close()
		answered <- resp.Status
	}()
	io.WriteString(feed, `{"type": "notebook", "content": {"cells": [{"cell_type": "markdown", "metadata": {}, `)
	packs := filepath.Join(r.Config.Root, "history", "tour", "alice")
	before := size(t, packs)
	if status, answer := r.replace(); status != http.StatusOK {
		t.Fatalf("got %d %s", status, answer)
	}
	if got := size(t, packs); got != before {
		t.Fatalf("the history has grown from %d to %d bytes before the save", before, got)
	}
	io.WriteString(feed, `"source": "saved late"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}}`)
	feed.Close()
	if got := <-answered; got != "200 OK" {
		t.Errorf("the save: %s", got)
	}
	r.eventually("its version is kept", func() bool { return size(t, packs) > before })
	text, err := os.ReadFile(filepath.Join(r.Config.Root, "students", "alice", "tour", "intro.ipynb"))
	if err != nil || !strings.Contains(string(text), "saved late") {
		t.Errorf("the notebook is %s, %v", text, err)
	}
}

// size returns how many bytes the files of a directory have.
func size(t *testing.T, dir string) (n int64) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, f := range files {
		if info, err := f.Info(); err == nil {
			n += info.Size()
		}
	}
	return n
}
