package stats

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Column is a figure of counts.raw. A line of it has all of them, in this order,
// after its time (UTC); lines of older programs have fewer (see [ParseCounts]):
//
//	2026-09-01T08:00:00 12 0 15 240 35 40 38 71 712000 71 712000 88 239000 16000000000 2000000000 9000000000 30 41
type Column int

const (
	RunningContainer   Column = iota // servers of the course
	FrozenContainer                  // none any more: servers that were stopped and kept
	RunningKernel                    // kernels of the course
	StudentHome                      // students who have a workspace in it
	Load1                            // of the machine, times 100
	Load5                            //
	Load15                           //
	ContainerDSPercent               // of the engine's disk, what part is free, in percent
	ContainerDSFree                  // the same in MiB
	NbhostingDSPercent               // of the data directory's
	NbhostingDSFree                  //
	SystemDSPercent                  // of /
	SystemDSFree                     //
	MemoryTotal                      // of the machine, in bytes
	MemoryFree                       //
	MemoryAvailable                  //
	SystemContainer                  // servers of all courses
	SystemKernel                     // kernels of all courses
	NumColumns
)

// String returns the name of c in the file's header and in the series of statistics.
func (c Column) String() string {
	return [NumColumns]string{
		"running_container", "frozen_container", "running_kernel", "student_home", "load1", "load5", "load15",
		"container_ds_percent", "container_ds_free", "nbhosting_ds_percent", "nbhosting_ds_free", "system_ds_percent", "system_ds_free",
		"memory_total", "memory_free", "memory_available", "system_container", "system_kernel",
	}[c]
}

// Counts are the figures of one time. Not all need be known: older programs counted less.
type Counts struct {
	Time   time.Time
	values [NumColumns]int64
	known  [NumColumns]bool
}

// Set sets a figure.
func (c *Counts) Set(column Column, value int64) { c.values[column], c.known[column] = value, true }

// Get returns a figure, and whether it is known.
func (c Counts) Get(column Column) (value int64, known bool) {
	return c.values[column], c.known[column]
}

// FormatCounts returns the line for counts, with its newline. What is not known is written as 0.
func FormatCounts(c Counts) string {
	words := []string{c.Time.UTC().Format(timeFormat)}
	for _, value := range c.values {
		words = append(words, strconv.FormatInt(value, 10))
	}
	return strings.Join(words, " ") + "\n"
}

// countsHeader is a line that names the columns, for people; readers pass over it.
func countsHeader() string {
	names := []string{"#"}
	for column := range NumColumns {
		names = append(names, column.String())
	}
	return strings.Join(names, " ") + "\n"
}

// olderColumns are those of lines of older programs whose columns are not just the
// first ones of today, by how many there are.
var olderColumns = map[int][]Column{
	6: {RunningContainer, FrozenContainer, RunningKernel, StudentHome, ContainerDSPercent, ContainerDSFree},
	9: {RunningContainer, FrozenContainer, RunningKernel, StudentHome, ContainerDSPercent, ContainerDSFree, Load1, Load5, Load15},
}

// olderUntil is when nobody wrote such lines any more: for two days in April 2017
// programs did, which some sites may have run for longer.
var olderUntil = time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)

// firstColumns is how many of the first columns of today lines had, over the years.
var firstColumns = map[int]bool{2: true, 4: true, 11: true, 13: true, 15: true, 16: true, 18: true}

// ParseCounts reads a line of counts.raw, of today or of any older program. A
// header is an error like any other line that is no figures.
func ParseCounts(line string) (Counts, error) {
	words := strings.Fields(line)
	if len(words) < 2 {
		return Counts{}, fmt.Errorf("a line of counts has %d words: %.200q", len(words), line)
	}
	at, err := time.Parse(timeFormat, words[0])
	if err != nil {
		return Counts{}, fmt.Errorf("time of a line of counts: %w", err)
	}
	c, figures := Counts{Time: at}, words[1:]
	columns := olderColumns[len(figures)]
	if at.After(olderUntil) { // so few are what is left of a line that was cut short
		columns = nil
	}
	switch {
	case len(figures) == 2 && figures[0] == "jupyters": // the very first ones
		columns, figures = []Column{RunningContainer}, figures[1:]
	case columns == nil && !firstColumns[len(figures)]:
		return Counts{}, fmt.Errorf("a line of counts has %d figures: %.200q", len(figures), line)
	}
	for i, figure := range figures {
		value, err := strconv.ParseInt(figure, 10, 64)
		if err != nil {
			return Counts{}, fmt.Errorf("figure of a line of counts: %w", err)
		}
		if columns == nil {
			c.Set(Column(i), value)
		} else {
			c.Set(columns[i], value)
		}
	}
	return c, nil
}
