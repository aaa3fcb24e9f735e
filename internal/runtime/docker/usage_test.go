package docker_test

import (
	"net/url"
	"testing"
	"time"
)

// testUsages compares what we read ourselves with what the engine does.
func testUsages(t *testing.T, e engine) {
	d, s := open(t, e.host, "test-usage"), spec(t, e.image)
	start(t, d, s)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		got, ok := ask(t, s, "/eat", url.Values{"mib": {"32"}}) // it may not listen yet
		if ok {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(got)
		}
	}
	groups, engine, err := d.BothUsages(t.Context(), s.Name)
	if err != nil {
		t.Skipf("the groups cannot be read here: %v", err)
	}
	if groups.CPU <= 0 || engine.CPU < groups.CPU || groups.PIDs < 1 || engine.PIDs < 1 {
		t.Errorf("groups: %+v, engine: %+v", groups, engine)
	}
	// What was eaten may have been given back between the two.
	if groups.MemoryBytes <= 0 || engine.MemoryBytes <= 0 || groups.MemoryBytes > 32*engine.MemoryBytes || engine.MemoryBytes > 32*groups.MemoryBytes {
		t.Errorf("groups: %+v, engine: %+v", groups, engine)
	}
}
