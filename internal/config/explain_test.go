package config_test

import (
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/config"
)

func TestFaultsAreInTheWordsOfTheFile(t *testing.T) {
	for text, want := range map[string]string{
		"rot: /x":                     `line 1: there is no key "rot" here`,
		"servers: {pids: [1]}":        "line 1: a list stands where a number belongs",
		"servers: {pids: many}":       `line 1: "many" stands where a number belongs`,
		"servers: {stop_on_exit: 12}": `"12" stands where true or false belongs`,
		"servers: {stop_grace: soon}": `"soon" stands where a duration such as 90s or 10m belongs`,
		"servers: none":               `"none" stands where a group of keys belongs`,
		"frame_ancestors: none":       `"none" stands where a list belongs`,
		"root: {a: b}":                "a group of keys stands where a text belongs",
		"root: /a\nroot: /b":          `the key "root" is there already, in line 1`,
		"- root":                      "a list stands where a group of keys belongs",
	} {
		_, err := config.Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}
