package jupytertest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode/utf8"
)

// entry is the model of a file or a directory.
type entry struct {
	Name     string `json:"name"`
	Path     string `json:"path"`
	Type     string `json:"type"`
	Format   any    `json:"format"`
	Mimetype any    `json:"mimetype"`
	Content  any    `json:"content"`
	Size     int64  `json:"size"`
	Writable bool   `json:"writable"`
	Created  string `json:"created"`
	Modified string `json:"last_modified"`
}

// fileOf returns the path of a file relative to the root, which is ".".
func fileOf(r *http.Request) (string, error) {
	file := strings.Trim(r.PathValue("path"), "/")
	if file == "" {
		return ".", nil
	}
	if !fs.ValidPath(file) {
		return "", refusal{http.StatusNotFound, "no such path"}
	}
	return file, nil
}

func describe(file string, info fs.FileInfo) entry {
	e := entry{
		Name: path.Base(file), Path: strings.TrimPrefix(file, "."), Type: "file", Size: info.Size(), Writable: true,
		Created: stamp(info.ModTime()), Modified: stamp(info.ModTime()),
	}
	switch {
	case info.IsDir():
		e.Type = "directory"
	case path.Ext(file) == ".ipynb":
		e.Type = "notebook"
	}
	return e
}

func (s *Server) getContents(w http.ResponseWriter, r *http.Request) error {
	if strings.HasSuffix(r.URL.Path, "/checkpoints") {
		return empty(w, r)
	}
	file, err := fileOf(r)
	if err != nil {
		return err
	}
	info, err := s.files.Stat(file)
	if err != nil {
		return err
	}
	e := describe(file, info)
	if r.URL.Query().Get("content") != "0" {
		if err := s.fill(&e, file); err != nil {
			return err
		}
	}
	return answer(w, http.StatusOK, e)
}

// fill gives an entry its content.
func (s *Server) fill(e *entry, file string) error {
	if e.Type == "directory" {
		list, err := fs.ReadDir(s.files.FS(), file)
		entries := []entry{}
		for _, one := range list {
			if info, err := one.Info(); err == nil && !strings.HasPrefix(one.Name(), ".") {
				entries = append(entries, describe(path.Join(file, one.Name()), info))
			}
		}
		e.Format, e.Content = "json", entries
		return err
	}
	text, err := s.files.ReadFile(file)
	switch {
	case err != nil:
		return err
	case e.Type == "notebook":
		if !json.Valid(text) {
			return refusal{http.StatusBadRequest, "Unreadable Notebook: " + file}
		}
		e.Format, e.Content = "json", json.RawMessage(text)
	case utf8.Valid(text):
		e.Format, e.Mimetype, e.Content = "text", "text/plain", string(text)
	default:
		e.Format, e.Mimetype, e.Content = "base64", "application/octet-stream", base64.StdEncoding.EncodeToString(text)
	}
	return nil
}

// putContents writes a file as Jupyter does: in place of what it has been.
func (s *Server) putContents(w http.ResponseWriter, r *http.Request) error {
	file, err := fileOf(r)
	if err != nil {
		return err
	}
	faults := s.faults()
	pause(r.Context().Done(), faults.SaveDelay)
	if faults.SaveStatus != 0 {
		return refusal{faults.SaveStatus, "as it was told"}
	}
	var body struct {
		Type, Format string
		Content      json.RawMessage
	}
	if err := read(r, &body); err != nil {
		return err
	}
	if body.Type == "directory" {
		err = s.files.Mkdir(file, 0o755)
	} else {
		err = s.write(file, body.Type, body.Format, body.Content)
	}
	if err != nil {
		return err
	}
	s.touch()
	info, err := s.files.Stat(file)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, describe(file, info))
}

func (s *Server) write(file, kind, format string, content json.RawMessage) error {
	text := []byte(content)
	if kind != "notebook" {
		var whole string
		if err := json.Unmarshal(content, &whole); err != nil {
			return refusal{http.StatusBadRequest, "no content"}
		}
		text = []byte(whole)
		if format == "base64" {
			var err error
			if text, err = base64.StdEncoding.DecodeString(whole); err != nil {
				return refusal{http.StatusBadRequest, err.Error()}
			}
		}
	}
	if len(text) == 0 {
		return refusal{http.StatusBadRequest, "no content"}
	}
	return s.files.WriteFile(file, text, 0o644)
}

func (s *Server) moveContents(w http.ResponseWriter, r *http.Request) error {
	file, err := fileOf(r)
	if err != nil {
		return err
	}
	var body struct{ Path string }
	if err := read(r, &body); err != nil {
		return err
	}
	to := strings.Trim(body.Path, "/")
	if _, err := s.files.Lstat(to); err == nil {
		return refusal{http.StatusConflict, "File already exists: " + to}
	}
	if err := s.files.Rename(file, to); err != nil {
		return err
	}
	info, err := s.files.Stat(to)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, describe(to, info))
}

func (s *Server) deleteContents(w http.ResponseWriter, r *http.Request) error {
	file, err := fileOf(r)
	if err == nil && !strings.Contains(file, "/checkpoints/") {
		err = s.files.Remove(file)
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// checkpoint stands for checkpoints: none is kept. Nothing else is asked for by POST here.
func (s *Server) checkpoint(w http.ResponseWriter, r *http.Request) error {
	if !strings.Contains(r.URL.Path, "/checkpoints") {
		return refusal{http.StatusMethodNotAllowed, "new files are made by PUT here"}
	}
	if _, err := io.Copy(io.Discard, io.LimitReader(r.Body, maxBody)); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return answer(w, http.StatusCreated, map[string]string{"id": "checkpoint", "last_modified": stamp(time.Now())})
}
