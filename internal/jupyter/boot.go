package jupyter

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
)

// Places are the paths of one server, as the server sees them.
type Places struct {
	Home    string
	Work    string // the student's files
	Modules string // Python modules of the course
	Static  string // data of the course
	Run     string // the server's own directory: its socket, and what it is started with
}

// Confined returns the places of a server that sees a file system of its own.
// Courses and the links beside notebooks depend on these paths: they are the
// same for every image.
func Confined() Places {
	const home = "/home/jovyan"
	return Places{Home: home, Work: home + "/work", Modules: home + "/modules", Static: home + "/static", Run: "/run/nbhosting"}
}

// Boot is what a Jupyter server is started with. Nothing in its command line and
// its environment is secret, or depends on whose server it is.
type Boot struct {
	Places
	Socket   string // its file name in Run
	BasePath string // URL path of everything it serves, with slashes at both ends
	Token    string
}

// Files in a server's own directory.
const (
	settingsFile = "jupyter_server_config.json" // Jupyter looks for this name
	startFile    = "start.py"
)

// Command returns the server's argument vector.
func (b Boot) Command() []string { return []string{"python3", "-I", b.Run + "/" + startFile} }

// Env returns the server's environment, as NAME=value, beside what its image sets.
func (b Boot) Env() []string {
	return []string{
		"HOME=" + b.Home, "USER=jovyan", "SHELL=/bin/bash", "LANG=C.UTF-8", "TERM=xterm",
		"JUPYTER_CONFIG_PATH=" + b.Run,
		"NBAUTOEVAL_LOG=" + b.Work + "/.nbautoeval",
		"PYTHONPATH=" + b.Modules,
	}
}

// Write makes dir, which is Run on this host, and writes into it the program that
// starts Jupyter and the settings that it reads. These stay out of its command line, which
// others can read. All of it belongs to uid.
func (b Boot) Write(dir string, uid int) error {
	settings, err := json.Marshal(map[string]any{
		"ServerApp": map[string]any{
			"base_url": b.BasePath, "sock": b.Run + "/" + b.Socket, "root_dir": b.Work,
			"open_browser": false, "allow_remote_access": true, "quit_button": false,
		},
		// Our page around a notebook asks it whether there is something to save, and has it saved.
		"LabApp":             map[string]any{"expose_app_in_browser": true},
		"JupyterNotebookApp": map[string]any{"expose_app_in_browser": true},
		"IdentityProvider":   map[string]any{"token": b.Token},
		// The default one refuses whatever a link leads to outside of the workspace: all pictures of the course.
		"ContentsManager": map[string]any{"files_handler_class": "jupyter_server.files.handlers.FilesHandler"},
		"Application":     map[string]any{"log_level": "WARN"}, // below, it prints its address, secret and all
	})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o711); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	for name, text := range map[string][]byte{settingsFile: settings, startFile: StartProgram} {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(file, text, 0o400), giveTo(file, uid)); err != nil {
			return err
		}
	}
	return giveTo(dir, uid)
}

// MakeDir makes a directory, in one that all may pass through, that only uid may look into.
func MakeDir(dir string, uid int) error {
	return errors.Join(os.MkdirAll(filepath.Dir(dir), 0o711), os.Mkdir(dir, 0o700), giveTo(dir, uid))
}

// giveTo makes uid and its group the owner, where we can.
func giveTo(path string, uid int) error {
	if os.Getuid() != 0 {
		return nil
	}
	return os.Lchown(path, uid, uid)
}
