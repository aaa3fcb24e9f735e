package fake_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
	"github.com/nbhosting/nbhosting/internal/runtime/runtimetest"
)

func TestContract(t *testing.T) {
	runtimetest.Run(t, func(t *testing.T) runtimetest.Harness {
		engine := fake.NewEngine(testProgram)
		t.Cleanup(engine.Close)
		h := runtimetest.Harness{
			Open:    func(_ *testing.T, site string) runtime.Runtime { return engine.Driver(site) },
			Program: "testprogram",
			UID:     os.Geteuid(),
			GID:     os.Getegid(),
			Runs:    true,
		}
		if os.Geteuid() == 0 { // nothing runs as root
			h.UID, h.GID = 54321, 54321
		}
		return h
	})
}

// testProgram does the part of the suite's program that needs no process.
func testProgram(spec runtime.Spec) fake.Program {
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.String("socket", "", "")
	exit := flags.Int("exit", -1, "")
	text := flags.String("print", "", "")
	finish := flags.String("finish", "", "")
	ignoreTerm := flags.Bool("ignore-term", false, "")
	flood := flags.Int("flood", 0, "")
	if err := flags.Parse(spec.Command[1:]); err != nil {
		return fake.Exit(2, err.Error())
	}
	serve := fake.Serve(answers(spec))
	if *ignoreTerm {
		serve = fake.Stubborn(serve)
	}
	return func(p fake.Process) int {
		if *text != "" {
			fmt.Fprintf(p.Output, "out: %s\nerr: %s\n", *text, *text)
		}
		for n := range *flood {
			fmt.Fprintf(p.Output, "out %059d\n", n)
			if n%10 == 0 {
				fmt.Fprintf(p.Output, "err %059d\n", n/10)
			}
		}
		if *flood > 0 {
			return 0
		}
		if *exit >= 0 {
			return *exit
		}
		code := serve(p)
		fmt.Fprintln(p.Output, "finished")
		if *finish != "" && p.Kill.Err() == nil && os.WriteFile(*finish, nil, 0o600) != nil {
			return 1
		}
		return code
	}
}

func answers(spec runtime.Spec) http.Handler {
	mux := http.NewServeMux()
	pid := int(time.Now().UnixNano())
	mux.HandleFunc("GET /self", func(w http.ResponseWriter, _ *http.Request) {
		env := append([]string{"PATH=/bin"}, spec.Env...)
		json.NewEncoder(w).Encode(runtimetest.Self{PID: pid, UID: spec.UID, GID: spec.GID, WorkDir: spec.WorkDir, Env: env})
	})
	mux.HandleFunc("GET /file", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, r.FormValue("path"))
	})
	mux.HandleFunc("PUT /file", func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err := errors.Join(err, os.WriteFile(r.URL.Query().Get("path"), text, 0o600)); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
		}
	})
	return mux
}

func spec(t *testing.T) runtime.Spec {
	return runtime.Spec{Name: "x", Dir: t.TempDir(), WorkDir: "/", Command: []string{"x"}}
}

func TestFailuresAreThoseOfTheTest(t *testing.T) {
	engine := fake.NewEngine(func(runtime.Spec) fake.Program { return fake.Silent() })
	defer engine.Close()
	d := engine.Driver("s")
	trouble := errors.New("trouble")
	engine.Fail(fake.Failures{
		Ping:  func(context.Context) error { return trouble },
		Start: func(context.Context, runtime.Spec) error { return trouble },
	})
	if err := d.Ping(t.Context()); !errors.Is(err, trouble) || !errors.Is(err, runtime.ErrUnavailable) {
		t.Errorf("ping: %v", err)
	}
	if _, err := d.Start(t.Context(), spec(t)); !errors.Is(err, trouble) {
		t.Errorf("start: %v", err)
	}
	if all, err := d.List(t.Context()); len(all) > 0 || err != nil {
		t.Errorf("list: %v, %v", all, err)
	}
	engine.Fail(fake.Failures{})
	if _, err := d.Start(t.Context(), spec(t)); err != nil {
		t.Errorf("start when all is well again: %v", err)
	}
}

func TestSilentNeverListens(t *testing.T) {
	engine := fake.NewEngine(func(runtime.Spec) fake.Program { return fake.Silent() })
	defer engine.Close()
	i, err := engine.Driver("s").Start(t.Context(), spec(t))
	if err != nil || i.State != runtime.Running {
		t.Fatalf("start: %+v, %v", i, err)
	}
	if _, err := os.Lstat(i.Endpoint.Address); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a socket: %v", err)
	}
}
