package loadtest

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// Report is what a load test saw.
type Report struct {
	URL      string  `json:"url"`
	Students int     `json:"students"` // that were to come
	Over     float64 `json:"over_s"`
	Seconds  float64 `json:"seconds"`
	Stopped  string  `json:"stopped,omitempty"` // "time" or "interrupted": not all did all

	Came   int `json:"came"`
	Done   int `json:"done"`    // did all
	GaveUp int `json:"gave_up"` // could not go on
	CutOff int `json:"cut_off"` // when the test ended

	Series   []Series  `json:"series"`
	Failures []Failure `json:"failures"`
	Machine  Machine   `json:"machine"`
}

func report(plan Plan, c *class, t *tally) Report {
	r := Report{
		URL: plan.URL, Students: plan.Students, Over: plan.Over.Seconds(),
		Came: int(c.came.Load()), Done: int(c.done.Load()), GaveUp: int(c.gaveUp.Load()), CutOff: int(c.cutOff.Load()),
	}
	r.Series, r.Failures = t.figures()
	return r
}

// Failed returns how much went wrong.
func (r Report) Failed() int {
	n := 0
	for _, f := range r.Failures {
		n += f.Count
	}
	return n
}

// Find returns one of the series.
func (r Report) Find(name string) (Series, bool) {
	for _, s := range r.Series {
		if s.Name == name {
			return s, true
		}
	}
	return Series{}, false
}

// Print writes the report for people.
func (r Report) Print(to io.Writer) {
	fmt.Fprintf(to, "%d of %d students came, over %v; %d did all, %d gave up, %d were cut off by the end. It took %v.\n",
		r.Came, r.Students, seconds(r.Over), r.Done, r.GaveUp, r.CutOff, seconds(r.Seconds))
	switch r.Stopped {
	case "time":
		fmt.Fprintln(to, "The time was up before all had done all.")
	case "interrupted":
		fmt.Fprintln(to, "It was interrupted: these are the figures up to then.")
	}
	fmt.Fprintln(to)
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tn\tp50\tp95\tp99\tmax\t")
	for _, s := range r.Series {
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\t\n", title(s.Name), s.Count, show(s.P50), show(s.P95), show(s.P99), show(s.Max))
	}
	t.Flush()
	fmt.Fprintln(to)
	if len(r.Failures) == 0 {
		fmt.Fprintln(to, "Nothing went wrong.")
	}
	for _, f := range r.Failures {
		fmt.Fprintf(to, "%d × %s\n    for example: %s\n", f.Count, f.Kind, f.Example)
	}
	r.Machine.print(to)
}

func seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(100 * time.Millisecond)
}

// title says what a series is.
func title(name string) string {
	switch name {
	case ofOpen:
		return "click to usable"
	case ofReturn:
		return "the same, coming back"
	}
	for _, whole := range []string{ofOpen, ofReturn} {
		if phase, found := strings.CutPrefix(name, whole+" "); found {
			if step, found := strings.CutPrefix(phase, phaseWait+" "); found {
				return "of which " + step
			}
			return phase
		}
	}
	return name
}

func show(ms float64) string {
	switch {
	case ms < 10:
		return fmt.Sprintf("%.1f ms", ms)
	case ms < 10_000:
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.1f s", ms/1000)
}

func (m Machine) print(to io.Writer) {
	fmt.Fprintln(to)
	if !m.Known {
		fmt.Fprintln(to, m.Why)
		return
	}
	fmt.Fprintf(to, "This machine, with all that runs on it: when memory was least, %d students had got a server, and %d MB less of %d MB were available than before.\n",
		m.Students, m.MemoryUsed>>20, m.MemoryOf>>20)
	fmt.Fprintf(to, "%.2f of %d cores were busy on average, besides this test, with %.1f students at work.\n", m.BusyCores, m.Cores, m.Working)
	if m.HoldsByMemory == 0 {
		fmt.Fprintln(to, "Memory: cannot be told. Too few had come when it was least, or it hardly became less: had their servers been running before?")
	} else {
		fmt.Fprintf(to, "Memory: room for about %d such students, with a tenth left free. Who loads data needs more.\n", m.HoldsByMemory)
	}
	defer fmt.Fprintln(to, "What else used this machine meanwhile counts as the class's, and what ended meanwhile is taken off: play on a machine that is quiet.")
	if m.HoldsByCPU == 0 {
		fmt.Fprintln(to, "Processor: cannot be told from this.")
	} else {
		fmt.Fprintf(to, "Processor: at this pace it would be full with about %d.\n", m.HoldsByCPU)
	}
}
