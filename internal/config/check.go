package config

import (
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/access"
)

// Faults is everything that is wrong with a configuration file.
type Faults []string

// Error lists the faults, a line each.
func (f Faults) Error() string {
	return fmt.Sprintf("the configuration has faults (%d):\n  - %s", len(f), strings.Join(f, "\n  - "))
}

type checker struct{ faults Faults }

func (c *checker) that(ok bool, format string, args ...any) {
	if !ok {
		c.faults = append(c.faults, fmt.Sprintf(format, args...))
	}
}

func (c *checker) oneOf(key, value string, words ...string) {
	c.that(slices.Contains(words, value), "%s: %q is not one of %s", key, value, strings.Join(words, ", "))
}

func (c *checker) positive(key string, d time.Duration) {
	c.that(d > 0, "%s: %s is not a positive duration", key, d)
}

func (c *checker) notNegative(key string, d time.Duration) {
	c.that(d >= 0, "%s: %s is negative", key, d)
}

func (c *checker) address(key, value string) {
	_, port, err := net.SplitHostPort(value)
	c.that(err == nil && port != "", "%s: %q is not HOST:PORT", key, value)
}

// check judges values; that their types are right is the YAML library's work.
func (cfg Config) check() Faults {
	var c checker
	c.that(filepath.IsAbs(cfg.Root), "root: %q is not an absolute path", cfg.Root)
	c.that(cfg.RunDir == "" || filepath.IsAbs(cfg.RunDir), "run_dir: %q is not an absolute path", cfg.RunDir)
	c.address("listen", cfg.Listen)
	if cfg.Metrics.Listen != "" {
		c.address("metrics.listen", cfg.Metrics.Listen)
	}
	c.checkPublicURL(cfg.PublicURL)
	for _, source := range cfg.FrameAncestors {
		c.that(source != "" && !strings.ContainsAny(source, " \t\r\n;,"), "frame_ancestors: %q is not a source of a content security policy", source)
		c.that(source != "*", "frame_ancestors: \"*\" would let any site frame the students' work: name the sites")
	}
	c.checkAccess(cfg.Access)
	c.oneOf("runtime", cfg.Runtime, "docker", "process")
	c.checkServers(cfg.Servers)
	c.checkMonitor(cfg.Monitor)
	c.checkBuilds(cfg.Builds)
	c.checkShares(cfg.Shares)
	c.that(cfg.UIDs.First >= 1000 && cfg.UIDs.Last > cfg.UIDs.First, "uids: %d to %d is not a range of two or more, from 1000 up", cfg.UIDs.First, cfg.UIDs.Last)
	c.positive("courses.git_timeout", cfg.Courses.GitTimeout)
	c.positive("courses.autopull_interval", cfg.Courses.AutopullInterval)
	c.that(cfg.Courses.ParallelPulls >= 1, "courses.parallel_pulls: %d is not a number of courses, from 1 up", cfg.Courses.ParallelPulls)
	c.notNegative("courses.keep_revisions", cfg.Courses.KeepRevisions)
	c.that(strings.Contains(cfg.Courses.NotebookURL, "{notebook}"), "courses.notebook_url_format: %q does not hold {notebook}", cfg.Courses.NotebookURL)
	c.that(new(slog.Level).UnmarshalText([]byte(cfg.Log.Level)) == nil, "log.level: %q is not one of debug, info, warn, error", cfg.Log.Level)
	c.checkClassroom(cfg)
	c.that(cfg.History.Limit == 0 || cfg.History.Limit >= 1<<20, "history.limit: %d bytes is too little for a history: 1m at least, or 0 for no limit", cfg.History.Limit)
	c.oneOf("log.format", cfg.Log.Format, "text", "json")
	return c.faults
}

func (c *checker) checkPublicURL(s string) {
	if s == "" {
		return
	}
	u, err := url.Parse(s)
	c.that(err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && strings.Trim(u.Path, "/") == "",
		"public_url: %q is not http(s)://HOST[:PORT]", s)
}

func (c *checker) checkAccess(a Access) {
	for _, domain := range a.RefererDomains {
		_, err := access.ParseReferer(domain)
		c.that(err == nil, "access.allowed_referer_domains: %v", err)
	}
	for _, address := range a.Addresses {
		_, err := access.ParseAddress(address)
		c.that(err == nil, "access.allowed_addresses: %v", err)
	}
}

func (c *checker) checkServers(s Servers) {
	c.that(s.Memory == 0 || s.Memory >= 128<<20, "servers.memory: %d bytes is too little for a Jupyter server: 128m at least, or 0 for no limit", s.Memory)
	c.that(s.CPUs >= 0, "servers.cpus: %g is negative", s.CPUs)
	c.that(s.PIDs == 0 || s.PIDs >= 32, "servers.pids: %d is too few for a Jupyter server: 32 at least, or 0 for no limit", s.PIDs)
	c.that(s.OpenFiles == 0 || s.OpenFiles >= 256, "servers.open_files: %d is too few for a Jupyter server: 256 at least, or 0 for no limit", s.OpenFiles)
	c.oneOf("servers.network", s.Network, "bridge", "none")
	c.positive("servers.start_timeout", s.StartTimeout)
	c.positive("servers.stop_grace", s.StopGrace)
	c.that(s.ParallelStarts >= 0, "servers.parallel_starts: %d is negative", s.ParallelStarts)
	c.that(s.MemoryBudget == 0 || s.MemoryBudget >= 128<<20, "servers.memory_budget: %d bytes is too little for one Jupyter server: 128m at least, or 0 for what the machine has", s.MemoryBudget)
	c.that(s.PIDsBudget == 0 || s.PIDsBudget >= 32, "servers.pids_budget: %d is too few for one Jupyter server: 32 at least, or 0 for what the machine has", s.PIDsBudget)
	c.that(s.ExpectedUse > 0 && s.ExpectedUse <= 1, "servers.expected_use: %g is not a part of one: more than 0, 1 at most", s.ExpectedUse)
}

func (c *checker) checkMonitor(m Monitor) {
	c.positive("monitor.period", m.Period)
	c.positive("monitor.grace", m.Grace)
	c.positive("monitor.spare", m.Spare)
	c.notNegative("monitor.idle", m.Idle)
	c.notNegative("monitor.busy", m.Busy)
	c.notNegative("monitor.lingering", m.Lingering)
	c.notNegative("monitor.keep_going", m.KeepGoing)
	c.notNegative("monitor.counts", m.Counts)
}

func (c *checker) checkBuilds(b Builds) {
	c.that(b.Memory >= 0, "builds.memory: %d bytes is negative", b.Memory)
	c.that(b.CPUs >= 0, "builds.cpus: %g is negative", b.CPUs)
	c.that(b.PIDs >= 0, "builds.pids: %d is negative", b.PIDs)
	c.that(b.OpenFiles >= 0, "builds.open_files: %d is negative", b.OpenFiles)
	c.oneOf("builds.network", b.Network, "none", "bridge")
	c.positive("builds.timeout", b.Timeout)
	c.that(b.Keep >= 0, "builds.keep: %d is negative", b.Keep)
}

func (c *checker) checkShares(s Shares) {
	c.that(s.Memory >= 256<<20, "shares.memory: %d bytes is too little to render a notebook: 256m at least", s.Memory)
	c.positive("shares.timeout", s.Timeout)
	c.that(s.Parallel > 0, "shares.parallel: %d is too few: 1 at least", s.Parallel)
	c.that(s.Room > 0, "shares.room: %d bytes is no room", s.Room)
}

func (c *checker) checkClassroom(cfg Config) {
	student := cfg.Classroom.Student
	c.that(student == "" || isStudent(student), "classroom.student: %q cannot be the name of a student", student)
	c.that(!cfg.Classroom.Open || slices.Contains(cfg.FrameAncestors, "'self'"),
		"frame_ancestors: the pages of classroom show notebooks in a frame: add \"'self'\"")
}

func isStudent(name string) bool {
	_, err := nbhosting.ParseStudent(name)
	return err == nil
}

// Rules returns the access rules. The site's own pages are always among the
// referers: students come back to a notebook from them.
func (cfg Config) Rules() access.Rules {
	var rules access.Rules
	domains := cfg.Access.RefererDomains
	if u, err := url.Parse(cfg.PublicURL); err == nil && u.Hostname() != "" {
		domains = append(slices.Clone(domains), u.Hostname())
	}
	for _, domain := range domains {
		if d, err := access.ParseReferer(domain); err == nil {
			rules.Referers = append(rules.Referers, d)
		}
	}
	for _, address := range cfg.Access.Addresses {
		if prefix, err := access.ParseAddress(address); err == nil {
			rules.Addresses = append(rules.Addresses, prefix)
		}
	}
	return rules
}
