package settings

import (
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

// field is a key and its value.
type field struct {
	key, value *yaml.Node
	merged     bool // by “<<”
}

// fields calls, for each key of a mapping, the function that reads its value.
// The keys of legacy are read as the others, but not suggested to anybody. It
// tells whether n is a mapping.
func (r *reader) fields(n *yaml.Node, what string, legacy, known map[string]func(*yaml.Node)) bool {
	at := r.place(n)
	n = resolve(n)
	if !r.spend(n) {
		return false
	}
	if n.Kind != yaml.MappingNode {
		r.fail(at, "Instead of keys and values, %s is %s. Look at the indentation.", what, kindOf(n))
		return false
	}
	for _, f := range r.unique(n, what) {
		name := f.key.Value
		read := known[name]
		if read == nil {
			read = legacy[name]
		}
		if read == nil {
			r.unknown(f.key, what, slices.Sorted(maps.Keys(known)))
			continue
		}
		read(f.value)
	}
	return true
}

// unique returns the fields of a mapping, each key once: as the YAML of
// existing sites is read, the last one counts.
func (r *reader) unique(n *yaml.Node, what string) []field {
	all := r.flatten(n, 0)
	last := map[string]int{}
	for i, f := range all {
		before, again := last[f.key.Value]
		if again && !f.merged && !all[before].merged {
			r.warn(r.place(f.key), "The key %q is in %s twice; the last one counts. Remove the other.", f.key.Value, what)
		}
		last[f.key.Value] = i
	}
	var out []field
	for i, f := range all {
		if last[f.key.Value] == i {
			out = append(out, f)
		}
	}
	return out
}

// flatten returns the fields of a mapping after those that it merges in (“<<”).
func (r *reader) flatten(n *yaml.Node, depth int) []field {
	var merged, own []field
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !r.spend(key) {
			break
		}
		switch {
		case key.Kind != yaml.ScalarNode:
			r.fail(r.place(key), "A key has to be a text, and is %s. Look at the indentation.", kindOf(resolve(key)))
		case key.ShortTag() == "!!merge":
			merged = append(merged, r.merged(value, depth)...)
		default:
			own = append(own, field{key, value, depth > 0})
		}
	}
	return append(merged, own...)
}

// merged returns the fields of the mapping, or mappings, that “<<” names: of
// several, the first one counts.
func (r *reader) merged(value *yaml.Node, depth int) []field {
	value = resolve(value)
	switch {
	case depth > 8:
		r.fail(r.place(value), "“<<” leads in a circle, or too deep. Write the keys out.")
	case value.Kind == yaml.MappingNode:
		return r.flatten(value, depth+1)
	case value.Kind == yaml.SequenceNode:
		var out []field
		for _, item := range slices.Backward(value.Content) {
			out = append(out, r.merged(item, depth+1)...)
		}
		return out
	default:
		r.fail(r.place(value), "“<<” has to name a mapping, and names %s.", kindOf(value))
	}
	return nil
}
