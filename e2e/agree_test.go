package e2e_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // to look into the database
)

// tryOpen opens a notebook as a program does, and returns where it is.
func (s *site) tryOpen(notebook, student string) (string, error) {
	client := http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(s.launch(notebook, student))
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusFound {
		return "", fmt.Errorf("opening as %s: %s, %v\n%s", student, resp.Status, err, body)
	}
	return s.url + resp.Header.Get("Location"), nil
}

// trySave has Jupyter save a notebook with one cell, as its page does. No error: it
// was acknowledged.
func trySave(base, file, source string) error {
	cell := map[string]any{"cell_type": "code", "id": "a", "metadata": map[string]any{}, "execution_count": nil, "outputs": []any{}, "source": source}
	body, err := json.Marshal(map[string]any{"type": "notebook", "format": "json", "content": map[string]any{
		"cells": []any{cell}, "metadata": map[string]any{}, "nbformat": 4, "nbformat_minor": 5,
	}})
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPut, base+"api/contents/"+file, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: 20 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode/100 != 2 {
		err = fmt.Errorf("%s: %.300s", resp.Status, answer)
	}
	return err
}

// works opens a student's notebook and has Jupyter answer and save: their server can be used.
func (s *site) works(student string) error {
	url, err := s.tryOpen("w1/intro", student)
	if err != nil {
		return err
	}
	return trySave(s.base(url), intro, "works = "+fmt.Sprint(time.Now().UnixNano()))
}

// agreement returns what differs between what the program, its database, what
// runs servers, and the disk say of which servers there are; "" if nothing does.
func (s *site) agreement(listed func() ([]string, error)) string {
	found := map[string][]string{}
	out, err := s.command("server", "list", "--json")
	var lines []serverLine
	if err == nil {
		err = json.Unmarshal([]byte(out), &lines)
	}
	if err != nil {
		return fmt.Sprintf("list: %v: %s", err, out)
	}
	found["program"] = nil
	for _, l := range lines {
		if found["program"] = append(found["program"], l.ID); l.State != "ready" {
			return fmt.Sprintf("the server of %s is %s", l.Student, l.State)
		}
	}
	if found["engine"], err = listed(); err != nil {
		return err.Error()
	}
	if found["database"], err = s.rows(); err != nil {
		return err.Error()
	}
	found["directories"] = s.runDirs()
	for where, ids := range found {
		if slices.Sort(ids); !slices.Equal(ids, slices.Sorted(slices.Values(found["program"]))) {
			return fmt.Sprintf("%s and program differ: %v", where, maps.Collect(maps.All(found)))
		}
	}
	return ""
}

// rows are the servers in the database.
func (s *site) rows() (ids []string, err error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.root(), "nbhosting.db")+"?mode=ro")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.Query("SELECT id FROM server")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// runDir is where servers have their sockets, if the site was configured by runDirConfig.
func (s *site) runDir() string {
	sites, _ := filepath.Glob(filepath.Join(s.dir, "run", "*"))
	if len(sites) != 1 {
		return filepath.Join(s.dir, "run", "none")
	}
	return sites[0]
}

// runDirs are the directories of servers.
func (s *site) runDirs() (ids []string) {
	entries, _ := os.ReadDir(s.runDir()) // not there: nothing is in it
	for _, e := range entries {
		ids = append(ids, e.Name())
	}
	return ids
}

// processRecord is what the runtime process keeps of a server.
type processRecord struct {
	Labels map[string]string
	Main   struct{ PID int }
}

func (s *site) processRecords() (all []processRecord) {
	files, _ := filepath.Glob(filepath.Join(s.root(), "process", "*.json")) // the pattern is in order
	for _, file := range files {
		var record processRecord
		if text, err := os.ReadFile(file); err == nil && json.Unmarshal(text, &record) == nil {
			all = append(all, record)
		}
	}
	return all
}

// processes are the servers that the runtime process knows of.
func (s *site) processes() (ids []string, err error) {
	for _, record := range s.processRecords() {
		ids = append(ids, record.Labels["nbhosting.server"])
	}
	return ids, nil
}

// mainProcesses are the process ids of the servers of the runtime process.
func (s *site) mainProcesses() (pids []int) {
	for _, record := range s.processRecords() {
		if record.Main.PID > 1 {
			pids = append(pids, record.Main.PID)
		}
	}
	return pids
}

// awaitAgreement waits until all agree.
func (s *site) awaitAgreement(listed func() ([]string, error)) {
	s.t.Helper()
	var differs string
	for end := time.Now().Add(patience); ; time.Sleep(200 * time.Millisecond) {
		if differs = s.agreement(listed); differs == "" {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("in vain: states agree: %s", differs)
		}
	}
}

// serverOf returns the line of a student's server; its ID is empty if there is none.
func (s *site) serverOf(student string) serverLine {
	s.t.Helper()
	for _, line := range s.servers() {
		if line.Student == student {
			return line
		}
	}
	return serverLine{}
}

// whyEnded tells whether the log says that a server ended for that reason.
func (s *site) whyEnded(id, why string) bool {
	for line := range strings.Lines(s.log.String()) {
		if strings.Contains(line, "msg=server state=") && strings.Contains(line, "id="+id) && strings.Contains(line, "why="+why) {
			return true
		}
	}
	return false
}
