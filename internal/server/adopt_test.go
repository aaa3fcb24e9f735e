package server_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
	"github.com/nbhosting/nbhosting/internal/server"
	"github.com/nbhosting/nbhosting/internal/sqlite"
)

// BenchmarkAdopt is how long a start of the program is kept from serving by a thousand servers that run.
func BenchmarkAdopt(b *testing.B) {
	const servers = 1000
	dir, err := os.MkdirTemp("", "nbh") // short: there are sockets in it
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(dir)
	db, err := sqlite.Open(b.Context(), filepath.Join(dir, "db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	engine := fake.NewEngine(func(runtime.Spec) fake.Program { return fake.Serve(http.NotFoundHandler()) })
	defer engine.Close()
	for i := range servers {
		s := nbhosting.Server{
			ID: nbhosting.ServerID(fmt.Sprintf("id%d", i)), Key: nbhosting.Key{Course: "tour", Student: nbhosting.Student(fmt.Sprintf("s%d", i))},
			Secret: "s", Token: "t", Dir: filepath.Join(dir, fmt.Sprint(i)), UID: os.Getuid(), State: nbhosting.Ready, StartedAt: time.Now(),
		}
		if err := os.Mkdir(s.Dir, 0o700); err != nil {
			b.Fatal(err)
		}
		spec := runtime.Spec{
			Name: s.Key.String(), Labels: map[string]string{"nbhosting.server": string(s.ID)}, Dir: s.Dir, WorkDir: "/",
			UID: s.UID, GID: os.Getgid(), Command: []string{"x"},
		}
		if _, err := engine.Driver("site").Start(b.Context(), spec); err != nil {
			b.Fatal(err)
		}
		if err := db.SaveServer(b.Context(), s); err != nil {
			b.Fatal(err)
		}
		awaitSocket(b, s)
	}
	for b.Loop() {
		m := server.New(server.Options{Runtime: engine.Driver("site"), Store: db, RunDir: dir, Logger: slog.New(slog.DiscardHandler)})
		if err := m.Adopt(b.Context()); err != nil {
			b.Fatal(err)
		}
		if n := len(m.Servers()); n != servers {
			b.Fatalf("%d were adopted", n)
		}
	}
}

func awaitSocket(b *testing.B, s nbhosting.Server) {
	b.Helper()
	for b.Context().Err() == nil {
		if conn, err := server.Dial(b.Context(), s); err == nil {
			conn.Close()
			return
		}
		time.Sleep(time.Millisecond)
	}
}
