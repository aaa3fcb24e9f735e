package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/nbhosting/nbhosting"
)

// Traffic is what passes between browsers and servers. All but what is under way
// is counted since the program began.
type Traffic struct {
	Requests        map[string]uint64 // by class
	Refused, Failed uint64
	InFlight        int
	Websockets      int
	Opened          uint64 // websockets
	Executes, Saves uint64
	Up, Down        uint64 // bytes
}

// Use is what all servers use, as far as it is known.
type Use struct {
	Kernels     map[string]int // by state, of which there are few
	MemoryBytes int64
	Cores       float64
}

// History is what the history of notebooks holds, and what was done to it since
// the program began.
type History struct {
	Size     int64 // bytes
	Measured bool  // size is known
	Versions uint64
	Written  uint64 // bytes
	Refused  uint64 // versions
}

// figure is one value of a family, when it is scraped.
type figure struct {
	of     *family
	value  float64
	labels []string
}

// family is figures of one name.
type family struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
}

func gauge(name, help string, labels ...string) *family {
	return &family{prometheus.NewDesc("nbhosting_"+name, help, labels, nil), prometheus.GaugeValue}
}

func counter(name, help string, labels ...string) *family {
	return &family{prometheus.NewDesc("nbhosting_"+name, help, labels, nil), prometheus.CounterValue}
}

func (f *family) is(value float64, labels ...string) figure { return figure{f, value, labels} }

// scrape is families whose figures are read together.
type scrape struct {
	families []*family
	read     func() []figure
}

// Describe implements [prometheus.Collector].
func (s scrape) Describe(descs chan<- *prometheus.Desc) {
	for _, f := range s.families {
		descs <- f.desc
	}
}

// Collect implements [prometheus.Collector].
func (s scrape) Collect(metrics chan<- prometheus.Metric) {
	for _, f := range s.read() {
		metrics <- prometheus.MustNewConstMetric(f.of.desc, f.of.kind, f.value, f.labels...)
	}
}

// scraped returns the collectors of the sources that there are.
func scraped(s Sources) []prometheus.Collector {
	var all []prometheus.Collector
	if s.Servers != nil {
		all = append(all, scrapeServers(s.Servers))
	}
	if s.Queue != nil {
		all = append(all, scrapeQueue(s.Queue))
	}
	if s.Traffic != nil {
		all = append(all, scrapeTraffic(s.Traffic))
	}
	if s.Use != nil {
		all = append(all, scrapeUse(s.Use))
	}
	if s.Jobs != nil {
		all = append(all, scrapeJobs(s.Jobs))
	}
	if s.History != nil {
		all = append(all, scrapeHistory(s.History))
	}
	return all
}

// scrapeServers counts the servers that are not stopped.
func scrapeServers(read func() []nbhosting.Server) scrape {
	states := gauge("servers", "Servers that are not stopped, by state.", "state")
	courses := gauge("course_servers", "Servers that are not stopped, by course.", "course")
	return scrape{[]*family{states, courses}, func() []figure {
		byState, byCourse := map[nbhosting.ServerState]int{}, map[nbhosting.CourseName]int{}
		for _, server := range read() {
			byState[server.State]++
			byCourse[server.Key.Course]++
		}
		var all []figure
		for _, state := range []nbhosting.ServerState{nbhosting.Starting, nbhosting.Ready, nbhosting.Stopping} {
			all = append(all, states.is(float64(byState[state]), state.String()))
		}
		for course, n := range byCourse {
			all = append(all, courses.is(float64(n), string(course)))
		}
		return all
	}}
}

func scrapeQueue(read func() (waiting, starting int)) scrape {
	queue := gauge("starts", "Starts of servers that wait for their turn, and that are under way.", "state")
	return scrape{[]*family{queue}, func() []figure {
		waiting, starting := read()
		return []figure{queue.is(float64(waiting), "waiting"), queue.is(float64(starting), "running")}
	}}
}

func scrapeUse(read func() Use) scrape {
	kernels := gauge("kernels", "Kernels in all servers, by state, when the servers were last looked at.", "state")
	memory := gauge("servers_memory_bytes", "Memory that all servers used when they were last looked at.")
	cores := gauge("servers_cores", "Processor cores that all servers used before they were last looked at.")
	return scrape{[]*family{kernels, memory, cores}, func() []figure {
		u := read()
		all := []figure{memory.is(float64(u.MemoryBytes)), cores.is(u.Cores)}
		for state, n := range u.Kernels {
			all = append(all, kernels.is(float64(n), state))
		}
		return all
	}}
}

// scrapeJobs counts the jobs that wait or run.
func scrapeJobs(read func() []nbhosting.Job) scrape {
	jobs := gauge("jobs", "Jobs that wait or run, by kind.", "kind", "state")
	return scrape{[]*family{jobs}, func() []figure {
		type group struct {
			kind  nbhosting.JobKind
			state nbhosting.JobState
		}
		groups := map[group]int{}
		for _, j := range read() {
			groups[group{j.Kind, j.State}]++
		}
		var all []figure
		for g, n := range groups {
			all = append(all, jobs.is(float64(n), string(g.kind), string(g.state)))
		}
		return all
	}}
}

func scrapeHistory(read func() History) scrape {
	bytes := gauge("history_bytes", "What the history of notebooks takes of the disk, when it was last measured.")
	versions := counter("history_versions_total", "Versions of notebooks that were kept.")
	written := counter("history_written_bytes_total", "Bytes that these versions took of the disk.")
	refused := counter("history_refused_total", "Versions of notebooks that were not kept, since the history of the workspace is full.")
	return scrape{[]*family{bytes, versions, written, refused}, func() []figure {
		h := read()
		all := []figure{versions.is(float64(h.Versions)), written.is(float64(h.Written)), refused.is(float64(h.Refused))}
		if h.Measured {
			all = append(all, bytes.is(float64(h.Size)))
		}
		return all
	}}
}

func scrapeTraffic(read func() Traffic) scrape {
	var (
		requests   = counter("proxy_requests_total", "Requests of browsers that reached a server, by class.", "class")
		refused    = counter("proxy_refused_total", "Requests that were let through to no server: a foreign page, an old address, a server that stops.")
		failed     = counter("proxy_failed_total", "Requests that their server did not answer, or not to the end.")
		inFlight   = gauge("proxy_requests_in_flight", "Requests under way.")
		websockets = gauge("proxy_websockets", "Websockets that are open.")
		opened     = counter("proxy_websockets_opened_total", "Websockets that were opened.")
		bytes      = counter("proxy_bytes_total", "Bytes of bodies and websockets: up to the servers, down to the browsers.", "direction")
		executes   = counter("executes_total", "Cells that were run from pages.")
		saves      = counter("saves_total", "Files that were saved from pages.")
	)
	return scrape{[]*family{requests, refused, failed, inFlight, websockets, opened, bytes, executes, saves}, func() []figure {
		t := read()
		all := []figure{
			refused.is(float64(t.Refused)), failed.is(float64(t.Failed)), inFlight.is(float64(t.InFlight)),
			websockets.is(float64(t.Websockets)), opened.is(float64(t.Opened)),
			bytes.is(float64(t.Up), "up"), bytes.is(float64(t.Down), "down"),
			executes.is(float64(t.Executes)), saves.is(float64(t.Saves)),
		}
		for class, n := range t.Requests {
			all = append(all, requests.is(float64(n), class))
		}
		return all
	}}
}
