package docker

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

func TestResources(t *testing.T) {
	got := resources(runtime.Limits{MemoryBytes: 1 << 30, CPUs: 1.5, PIDs: 100, OpenFiles: 1000}, false)
	if got.Memory != 1<<30 || got.MemorySwap != 1<<30 {
		t.Errorf("memory %d, with swap %d", got.Memory, got.MemorySwap)
	}
	if got.CPUQuota != 150_000 || got.CPUPeriod != 100_000 {
		t.Errorf("CPU time %d of %d", got.CPUQuota, got.CPUPeriod)
	}
	if got.CPUShares <= 0 || got.CPUShares >= 1024 {
		t.Errorf("it weighs %d: no less than the machine's own services", got.CPUShares)
	}
	if got.PidsLimit == nil || *got.PidsLimit != 100 {
		t.Errorf("processes %v", got.PidsLimit)
	}
	if len(got.Ulimits) != 1 || got.Ulimits[0].String() != "nofile=1000:1000" {
		t.Errorf("ulimits %v", got.Ulimits)
	}
	if none := resources(runtime.Limits{}, false); none.PidsLimit != nil || none.CPUQuota != 0 || none.CPUShares != 0 || none.Memory != 0 || len(none.Ulimits) != 0 {
		t.Errorf("no limits are %+v", none)
	}
}

// Podman starts nothing where its own defaults are more than the host allows.
func TestPodmanGetsAllUlimits(t *testing.T) {
	got := make(map[string]bool)
	for _, u := range ulimits(runtime.Limits{}, true) {
		got[u.Name] = u.Soft > 0 && u.Soft == u.Hard
	}
	if diff := cmp.Diff(map[string]bool{"nofile": true, "nproc": true}, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheImagesLabelsAreNotTheCallers(t *testing.T) {
	d := &Driver{site: "s"}
	given := map[string]string{"course": "c1", "": "empty", "a,b": "x"}
	all, err := d.labels(runtime.Spec{Name: "n", Labels: given})
	if err != nil {
		t.Fatal(err)
	}
	all["maintainer"] = "of the image"
	if diff := cmp.Diff(given, callersLabels(all)); diff != "" {
		t.Error(diff)
	}
	if all[labelSite] != "s" || all[labelName] != "n" {
		t.Errorf("our own labels: %v", all)
	}
}
