package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// identity tells one process from all that ever had or will have its number.
type identity struct {
	PID   int    `json:"pid"`
	Start uint64 `json:"start"` // clock ticks since boot
	Boot  string `json:"boot"`  // id of the boot
}

// stat is what /proc/PID/stat says of a process (proc_pid_stat(5)).
type stat struct {
	pid     int
	state   byte
	parent  int
	session int
	cpu     uint64 // clock ticks, with those of children that have ended
	threads int64
	start   uint64
	pages   int64 // of memory
	boot    string
}

func (s stat) identity() identity { return identity{PID: s.pid, Start: s.start, Boot: s.boot} }

// zombie tells whether the process has ended and waits for its parent to notice.
func (s stat) zombie() bool { return s.state == 'Z' || s.state == 'X' }

// The fields after the name of the program, of which "state" is number 3.
const (
	fieldState   = 3
	fieldParent  = 4
	fieldSession = 6
	fieldTimes   = 14 // and the three after it
	fieldThreads = 20
	fieldStart   = 22
	fieldPages   = 24
)

func readStat(pid int) (stat, error) {
	boot, err := bootID()
	if err != nil {
		return stat{}, err
	}
	return readStatOf(pid, boot)
}

func bootID() (string, error) {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return string(bytes.TrimSpace(boot)), err
}

func readStatOf(pid int, boot string) (stat, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return stat{}, err
	}
	s, err := parseStat(text)
	s.pid, s.boot = pid, boot
	return s, err
}

// parseStat begins after the last parenthesis: the name before it may hold anything.
func parseStat(text []byte) (stat, error) {
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) <= fieldPages-fieldState {
		return stat{}, fmt.Errorf("a process status of %d fields", len(fields))
	}
	field := func(n int) string { return string(fields[n-fieldState]) }
	var s stat
	var err error
	s.state = field(fieldState)[0]
	if s.parent, err = strconv.Atoi(field(fieldParent)); err != nil {
		return stat{}, err
	}
	if s.session, err = strconv.Atoi(field(fieldSession)); err != nil {
		return stat{}, err
	}
	for n := fieldTimes; n < fieldTimes+4; n++ {
		ticks, err := strconv.ParseUint(field(n), 10, 64)
		if err != nil {
			return stat{}, err
		}
		s.cpu += ticks
	}
	if s.threads, err = strconv.ParseInt(field(fieldThreads), 10, 64); err != nil {
		return stat{}, err
	}
	if s.pages, err = strconv.ParseInt(field(fieldPages), 10, 64); err != nil {
		return stat{}, err
	}
	s.start, err = strconv.ParseUint(field(fieldStart), 10, 64)
	return s, err
}
