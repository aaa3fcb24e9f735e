// Package config reads the configuration file: YAML, strict, with every default
// here in the code. A missing key is never an error, an unknown one always is,
// and all faults of a file are told at once.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"go.yaml.in/yaml/v3"
)

// Config is the whole configuration of a site.
type Config struct {
	Root   string `yaml:"root"`
	RunDir string `yaml:"run_dir"`
	Listen string `yaml:"listen"`

	PublicURL      string   `yaml:"public_url"`
	FrameAncestors []string `yaml:"frame_ancestors"`

	Access  Access  `yaml:"access"`
	Runtime string  `yaml:"runtime"`
	Docker  Docker  `yaml:"docker"`
	Process Process `yaml:"process"`
	Servers Servers `yaml:"servers"`
	Monitor Monitor `yaml:"monitor"`
	UIDs    UIDs    `yaml:"uids"`
	Courses Courses `yaml:"courses"`
	Builds  Builds  `yaml:"builds"`
	Shares  Shares  `yaml:"shares"`

	Classroom  Classroom  `yaml:"classroom"`
	History    History    `yaml:"history"`
	Workspaces Workspaces `yaml:"workspaces"`

	Metrics Metrics `yaml:"metrics"`

	Log Log `yaml:"log"`
}

// Access says who may open notebooks without a login.
type Access struct {
	RefererDomains []string `yaml:"allowed_referer_domains"`
	Addresses      []string `yaml:"allowed_addresses"`
}

// Docker is for the runtime of that name, Podman included.
type Docker struct {
	Host       string `yaml:"host"`
	NamePrefix string `yaml:"name_prefix"`
}

// Process is for the runtime of that name.
type Process struct {
	BinDir string `yaml:"bin_dir"`
}

// Servers bounds each student's server and its stages.
type Servers struct {
	Memory       Size          `yaml:"memory"`
	CPUs         float64       `yaml:"cpus"`
	PIDs         int64         `yaml:"pids"`
	OpenFiles    int64         `yaml:"open_files"`
	Network      string        `yaml:"network"`
	StartTimeout time.Duration `yaml:"start_timeout"`
	StopGrace    time.Duration `yaml:"stop_grace"`
	StopOnExit   bool          `yaml:"stop_on_exit"`

	ParallelStarts int     `yaml:"parallel_starts"`
	MemoryBudget   Size    `yaml:"memory_budget"`
	PIDsBudget     int64   `yaml:"pids_budget"`
	ExpectedUse    float64 `yaml:"expected_use"`
}

// Monitor says when servers are looked at, and which are stopped.
type Monitor struct {
	Period    time.Duration `yaml:"period"`
	Idle      time.Duration `yaml:"idle"`
	Busy      time.Duration `yaml:"busy"`
	Lingering time.Duration `yaml:"lingering"`
	Grace     time.Duration `yaml:"grace"`
	KeepGoing time.Duration `yaml:"keep_going"`
	Spare     time.Duration `yaml:"spare"`
	Counts    time.Duration `yaml:"counts"`
}

// UIDs is the range that students' user ids are taken from.
type UIDs struct {
	First int `yaml:"first"`
	Last  int `yaml:"last"`
}

// Courses is about repositories.
type Courses struct {
	GitTimeout       time.Duration `yaml:"git_timeout"`
	AutopullInterval time.Duration `yaml:"autopull_interval"`
	ParallelPulls    int           `yaml:"parallel_pulls"`
	KeepRevisions    time.Duration `yaml:"keep_revisions"`
	NotebookURL      string        `yaml:"notebook_url_format"`
}

// Builds bounds the scripts that render books of courses.
type Builds struct {
	Memory    Size          `yaml:"memory"`
	CPUs      float64       `yaml:"cpus"`
	PIDs      int64         `yaml:"pids"`
	OpenFiles int64         `yaml:"open_files"`
	Network   string        `yaml:"network"`
	Timeout   time.Duration `yaml:"timeout"`
	Keep      int           `yaml:"keep"`
}

// Workspaces is about the students' files.
type Workspaces struct {
	Warn Size `yaml:"warn"`
}

// History bounds the versions that are kept of students' notebooks.
type History struct {
	Limit Size `yaml:"limit"`
}

// Shares bounds the rendering of notebooks that students share, and what they share.
type Shares struct {
	Memory   Size          `yaml:"memory"`
	Timeout  time.Duration `yaml:"timeout"`
	Parallel int           `yaml:"parallel"`
	Room     Size          `yaml:"room"`
}

// Classroom is about the pages that show a course's notebooks side by side with
// its table of contents.
type Classroom struct {
	Open    bool   `yaml:"open"`
	Student string `yaml:"student"`
}

// Metrics is about the figures for Prometheus.
type Metrics struct {
	Listen string `yaml:"listen"`
}

// Log is about the program's own log, which goes to the standard error.
type Log struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
}

// Default returns the configuration of an empty file.
func Default() Config {
	return Config{
		Root:           "/nbhosting",
		Listen:         "127.0.0.1:8080",
		FrameAncestors: []string{"'self'"},
		Runtime:        "docker",
		Servers: Servers{
			Memory: 2 << 30, CPUs: 2, PIDs: 512, OpenFiles: 16384, Network: "bridge",
			StartTimeout: time.Minute, StopGrace: 10 * time.Second, ExpectedUse: 0.2,
		},
		Monitor: Monitor{
			Period: time.Minute, Idle: time.Hour, Busy: 6 * time.Hour, Lingering: 24 * time.Hour, Grace: 2 * time.Minute,
			KeepGoing: 2 * time.Hour, Spare: 10 * time.Minute, Counts: 5 * time.Minute,
		},
		UIDs: UIDs{First: 100000, Last: 999999},
		Courses: Courses{
			GitTimeout: 10 * time.Minute, AutopullInterval: 5 * time.Minute, ParallelPulls: 4, KeepRevisions: 24 * time.Hour,
			NotebookURL: "notebooks/{notebook}",
		},
		Builds: Builds{
			Memory: 2 << 30, CPUs: 2, PIDs: 512, OpenFiles: 16384, Network: "none", Timeout: 30 * time.Minute, Keep: 2,
		},
		Workspaces: Workspaces{Warn: 1 << 30},
		History:    History{Limit: 1 << 30},
		Shares:     Shares{Memory: 1 << 30, Timeout: time.Minute, Parallel: 2, Room: 200 << 20},

		Log: Log{Level: "info", Format: "text"},
	}
}

// Load reads and checks the file at path. An empty path stands for an empty file.
func Load(path string) (Config, error) {
	if path == "" {
		return Parse(nil)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("read the configuration: %w", err)
	}
	cfg, err := Parse(text)
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	return cfg, nil
}

// Parse reads and checks the text of a configuration file. The error, if any, is a [Faults].
func Parse(text []byte) (Config, error) {
	cfg := Default()
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	var faults Faults
	switch err := dec.Decode(&cfg); {
	case errors.Is(err, io.EOF): // nothing but comments
	case err != nil:
		faults = append(faults, decodeFaults(err)...)
	default:
		if err := dec.Decode(&struct{}{}); !errors.Is(err, io.EOF) {
			faults = append(faults, "there is a second YAML document: the configuration is one")
		}
	}
	faults = append(faults, cfg.check()...)
	if len(faults) > 0 {
		return Config{}, faults
	}
	if cfg.PublicURL == "" {
		cfg.PublicURL = "http://" + cfg.Listen
	}
	if cfg.RunDir == "" {
		cfg.RunDir = defaultRunDir()
	}
	return cfg, nil
}

// decodeFaults takes apart what the YAML library found; it says the line of each.
func decodeFaults(err error) []string {
	if typed, ok := errors.AsType[*yaml.TypeError](err); ok {
		faults := make([]string, len(typed.Errors))
		for i, fault := range typed.Errors {
			faults[i] = explain(fault)
		}
		return faults
	}
	return []string{err.Error()}
}

func defaultRunDir() string {
	if os.Getuid() == 0 {
		return "/run/nbhosting"
	}
	return fmt.Sprintf("%s/nbhosting-%d", os.TempDir(), os.Getuid())
}
