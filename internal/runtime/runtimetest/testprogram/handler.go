package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// handler answers with what the program sees; the suite asks.
func handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /self", showSelf)
	mux.HandleFunc("GET /file", readFile)
	mux.HandleFunc("PUT /file", writeFile)
	mux.HandleFunc("POST /eat", eat)
	mux.HandleFunc("POST /spawn", spawn)
	mux.HandleFunc("POST /listen", listen)
	mux.HandleFunc("POST /dial", dial)
	return mux
}

// showSelf answers with a runtimetest.Self.
func showSelf(w http.ResponseWriter, _ *http.Request) {
	json.NewEncoder(w).Encode(self())
}

// self says what the program is, as a runtimetest.Self.
func self() map[string]any {
	dir, _ := os.Getwd()
	groups, _ := os.Getgroups()
	status, _ := os.ReadFile("/proc/self/status")
	var limit syscall.Rlimit
	_ = syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	return map[string]any{
		"PID": os.Getpid(), "UID": os.Getuid(), "GID": os.Getgid(), "Groups": groups,
		"WorkDir": dir, "Env": os.Environ(), "OpenFiles": limit.Max,
		"Capabilities": statusLine(status, "CapBnd"), "NoNewPrivileges": statusLine(status, "NoNewPrivs"),
		"Addresses": addresses(),
	}
}

// statusLine returns a value of /proc/self/status.
func statusLine(status []byte, name string) string {
	for line := range strings.Lines(string(status)) {
		if key, value, _ := strings.Cut(line, ":"); key == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func readFile(w http.ResponseWriter, r *http.Request) {
	text, err := os.ReadFile(r.FormValue("path"))
	answer(w, string(text), err)
}

func writeFile(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(r.Body)
	if err == nil {
		err = os.WriteFile(r.URL.Query().Get("path"), text, 0o600)
	}
	answer(w, "", err)
}

// eat uses so many MiB of memory, if it survives that.
func eat(w http.ResponseWriter, r *http.Request) {
	amount, err := strconv.Atoi(r.FormValue("mib"))
	if err != nil {
		answer(w, "", err)
		return
	}
	answer(w, fmt.Sprint(len(eatMiB(amount))), nil)
}

// eatMiB returns so much memory, all of it in use.
func eatMiB(amount int) [][]byte {
	eaten := make([][]byte, amount)
	for i := range eaten {
		eaten[i] = make([]byte, 1<<20)
		for j := 0; j < len(eaten[i]); j += 4096 {
			eaten[i][j] = 1
		}
	}
	return eaten
}

// spawn starts so many programs like this one, which ignore SIGTERM, each in a
// session of its own; it answers with the numbers of those that could be started.
func spawn(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil {
		answer(w, "", err)
		return
	}
	var pids []string
	for i := range n {
		child := exec.Command("/proc/self/exe", "-ignore-term", "-socket", fmt.Sprintf("%s.%d", r.FormValue("socket"), i))
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := child.Start(); err != nil {
			break
		}
		pids = append(pids, strconv.Itoa(child.Process.Pid))
	}
	answer(w, strings.Join(pids, " "), nil)
}

func answer(w http.ResponseWriter, text string, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	io.WriteString(w, text)
}
