//go:build race

package history_test

// underRace tells that the race detector makes all of this many times slower.
const underRace = true
