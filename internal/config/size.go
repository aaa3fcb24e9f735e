package config

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Size is a number of bytes, written as a number or with one of the units
// k, m, g, t (powers of 1024), as container engines take it.
type Size int64

// UnmarshalYAML reads "512m", "1.5g" or 1048576.
func (s *Size) UnmarshalYAML(node *yaml.Node) error {
	number := strings.ToLower(strings.TrimSpace(node.Value))
	shift := 0
	for i, unit := range []string{"k", "m", "g", "t"} {
		if short, found := strings.CutSuffix(strings.TrimSuffix(number, "b"), unit); found {
			number, shift = short, 10*(i+1)
			break
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	if node.Kind != yaml.ScalarNode || err != nil || n < 0 || n*float64(int64(1)<<shift) >= 1<<62 {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %q is not a size such as 512m or 2g", node.Line, node.Value)}}
	}
	*s = Size(n * float64(int64(1)<<shift))
	return nil
}
