package config

import (
	"regexp"
	"strings"
)

var (
	unknownKey = regexp.MustCompile(`field (\S+) not found in type \S+`)
	keyTwice   = regexp.MustCompile(`mapping key "?([^"]+)"? already defined at line (\d+)`)
	wrongType  = regexp.MustCompile("cannot unmarshal !!(\\S+)(?: `(.*)`)? into (\\S+)")
)

// explain puts a fault that the YAML library found into the words of who writes
// the file; it keeps the line. What it does not know stays as it is.
func explain(fault string) string {
	fault = unknownKey.ReplaceAllString(fault, `there is no key "$1" here`)
	fault = keyTwice.ReplaceAllString(fault, `the key "$1" is there already, in line $2`)
	m := wrongType.FindStringSubmatch(fault)
	if m == nil {
		return fault
	}
	found := kindOfNode(m[1])
	if m[2] != "" {
		found = `"` + m[2] + `"`
	}
	return strings.Replace(fault, m[0], found+" stands where "+kindOfField(m[3])+" belongs", 1)
}

// kindOfNode says what a tag of YAML means.
func kindOfNode(tag string) string {
	switch tag {
	case "seq":
		return "a list"
	case "map":
		return "a group of keys"
	case "null":
		return "nothing"
	}
	return "a value"
}

// kindOfField says what a type of Go means.
func kindOfField(goType string) string {
	switch {
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	case strings.HasPrefix(goType, "int"), strings.HasPrefix(goType, "float"):
		return "a number"
	case goType == "bool":
		return "true or false"
	case goType == "time.Duration":
		return "a duration such as 90s or 10m"
	case strings.HasPrefix(goType, "config."):
		return "a group of keys"
	}
	return "a text"
}
