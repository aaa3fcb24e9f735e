package metrics_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

var (
	ours   = regexp.MustCompile(`\bnbhosting_[a-z_]+\b`)
	metric = regexp.MustCompile(`\b(?:nbhosting|go|process)_[a-z_]+\b`)
	labels = regexp.MustCompile(`([a-z_]+)="`)
	used   = regexp.MustCompile(`([a-z_]+)(?:=~|!~|!=|=)"`)
	by     = regexp.MustCompile(`by \(([^)]*)\)`)
	legend = regexp.MustCompile(`\{\{([a-z_]+)\}\}`)
)

// families returns the names of the families of an answer to Prometheus, and
// the labels that their figures have.
func families(text string) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	name := ""
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, _, _ = strings.Cut(rest, " ")
			all[name] = map[string]bool{}
			continue
		}
		if !strings.HasPrefix(line, "#") {
			for _, found := range labels.FindAllStringSubmatch(line, -1) {
				all[name][found[1]] = true
			}
		}
	}
	return all
}

type query struct{ title, expr, legend string }

// queries returns what the dashboard asks for, variables among it.
func queries(t *testing.T) []query {
	t.Helper()
	text, err := os.ReadFile("../../deploy/grafana/nbhosting.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr, LegendFormat string }
		}
		Templating struct {
			List []struct{ Name, Definition string }
		}
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	var all []query
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			all = append(all, query{panel.Title, target.Expr, target.LegendFormat})
		}
	}
	for _, variable := range dashboard.Templating.List {
		if variable.Definition != "" {
			all = append(all, query{variable.Name, variable.Definition, ""})
		}
	}
	return all
}

// TestTheDashboardAsksForWhatThereIs: metrics, and labels that they have.
func TestTheDashboardAsksForWhatThereIs(t *testing.T) {
	there := families(scrape(t, full()))
	asked := map[string]bool{}
	for _, q := range queries(t) {
		known := map[string]bool{"job": true, "instance": true} // Prometheus adds these
		for _, name := range metric.FindAllString(q.expr, -1) {
			family := name
			if bucket, ok := strings.CutSuffix(name, "_bucket"); ok {
				family, known["le"] = bucket, true
			}
			if there[family] == nil {
				t.Errorf("%s: there is no %s", q.title, name)
			}
			asked[family] = true
			for label := range there[family] {
				known[label] = true
			}
		}
		for _, label := range labelsOf(q) {
			if !known[label] {
				t.Errorf("%s: %s has no label %q", q.title, q.expr, label)
			}
		}
	}
	for name := range there {
		if ours.MatchString(name) && !asked[name] {
			t.Errorf("%s is not on the dashboard", name)
		}
	}
}

func labelsOf(q query) []string {
	var all []string
	for _, found := range used.FindAllStringSubmatch(q.expr, -1) {
		all = append(all, found[1])
	}
	for _, found := range by.FindAllStringSubmatch(q.expr, -1) {
		for label := range strings.SplitSeq(found[1], ",") {
			all = append(all, strings.TrimSpace(label))
		}
	}
	for _, found := range legend.FindAllStringSubmatch(q.legend, -1) {
		all = append(all, found[1])
	}
	return all
}
