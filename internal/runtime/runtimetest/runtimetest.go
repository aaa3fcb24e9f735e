// Package runtimetest is the contract of package runtime as tests, which every
// driver runs, and the program that they run as an instance.
package runtimetest

import (
	"testing"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Harness tells the suite how to use a driver.
type Harness struct {
	// Open returns a new driver value for a site. Values for one site share their
	// instances, as two runs of nbhosting one after the other do.
	Open func(t *testing.T, site string) runtime.Runtime
	// Program is the path of the test program as an instance sees it; see [BuildProgram].
	Program string
	// Image has the test program in it, where the driver is Confined.
	Image string
	// UID and GID are those that instances get.
	UID, GID int
	// Processes tells whether programs are processes, which can be asked what they see and do damage.
	Processes bool
	// Runs tells whether the driver can run programs to their end.
	Runs bool
	// Limits that the driver enforces.
	LimitsMemory, LimitsPIDs, LimitsOpenFiles bool
	// TellsOOM tells whether the driver knows that an instance ended for lack of memory.
	TellsOOM bool
	// Leftovers, if set, names what is left of a site behind the driver's back
	// once all its instances are removed.
	Leftovers func(t *testing.T, site string) []string
}

// Run runs the suite.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	h := open(t)
	for _, part := range []struct {
		name string
		test func(f *fixture)
	}{
		{"the program listens as its user", testListens},
		{"the program gets its environment and directory", testEnvironment},
		{"the program sees its mounts", testMounts},
		{"the program has no privilege", testPrivileges},
		{"labels come back", testLabels},
		{"starting twice is starting once", testStartTwice},
		{"starting at once is starting once", testStartAtOnce},
		{"an ended instance is replaced", testReplace},
		{"an ended instance can be asked about", testEnded},
		{"output is bounded by lines", testOutput},
		{"the absent is not found and no trouble", testAbsent},
		{"stopping is polite", testStopPolite},
		{"stopping ends in the end", testStopStubborn},
		{"stopping ends all that the program started", testStopFamily},
		{"removing ends at once", testRemove},
		{"a new driver finds what runs", testAdopt},
		{"sites do not see each other", testSites},
		{"an unknown image is refused", testNoImage},
		{"a start that fails leaves nothing", testFailedStart},
		{"a program that is not there does not run", testNoProgram},
		{"a start that is cancelled leaves nothing", testCancelledStart},
		{"a nonsensical spec is refused", testNonsense},
		{"memory is limited", testMemory},
		{"processes are limited", testPIDs},
		{"open files are limited", testOpenFiles},
		{"what an instance uses is told", testUsage},
		{"what does not run uses nothing", testUsageOfNothing},
		{"the image of an instance is told", testImageID},
		{"a run tells how it ended", testRunExit},
		{"a run gives all output in order", testRunOutput},
		{"a run gives output as it comes and ends when told", testRunAsItComes},
		{"a run ends when its output goes nowhere", testRunBrokenOutput},
		{"a run that is cancelled leaves nothing", testRunCancelled},
		{"runs of one name are apart", testRunAtOnce},
		{"a run is not found but by a later driver", testRunHidden},
		{"a run has the user, the mounts and no network", testRunSees},
		{"a run can be kept from writing", testRunReadOnly},
		{"a run has its memory limited", testRunMemory},
		{"a run of nothing is an error", testRunNothing},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(newFixture(t, h)) })
	}
}
