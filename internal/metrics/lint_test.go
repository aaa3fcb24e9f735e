package metrics_test

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

// TestNamesAreAsPrometheusWantsThem asks the checks of "promtool check metrics".
func TestNamesAreAsPrometheusWantsThem(t *testing.T) {
	problems, err := promlint.New(strings.NewReader(scrape(t, full()))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if ours.MatchString(p.Metric) {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
}
