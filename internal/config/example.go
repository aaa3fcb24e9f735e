package config

import _ "embed" // for the example

// Example is the whole configuration, commented, with every default.
//
//go:embed example.yaml
var Example string
