package settings

import "go.yaml.in/yaml/v3"

// spend counts a value that is read, and tells whether it may be: a small file
// with aliases can stand for very many.
func (r *reader) spend(n *yaml.Node) bool {
	r.budget--
	if r.budget == 0 {
		r.fail(r.place(n), "This file holds more than %d values; the rest is ignored. Use patterns in place of long lists.", maxValues)
	}
	return r.budget > 0
}

// resolve returns what an alias stands for.
func resolve(n *yaml.Node) *yaml.Node {
	for range 16 {
		if n.Kind != yaml.AliasNode || n.Alias == nil {
			break
		}
		n = n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool {
	n = resolve(n)
	return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}

// kindOf names what a node is, for people.
func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "a mapping (key: value)"
	}
	switch n.ShortTag() {
	case "!!null":
		return "empty"
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "a truth value"
	case "!!timestamp":
		return "a date"
	}
	return textKind
}

const textKind = "a text"

// scalar returns a single value as it is written.
func (r *reader) scalar(n *yaml.Node, what string) (word, bool) {
	at := r.place(n) // of the alias, if it is one
	n = resolve(n)
	switch {
	case !r.spend(n):
		return word{}, false
	case n.Kind != yaml.ScalarNode:
		r.fail(at, "%s has to be a text, and is %s. Look at the indentation.", what, kindOf(n))
		return word{}, false
	case isNull(n):
		r.warn(at, "%s has no value, as if it were not there. Remove it, or give it one.", what)
		return word{}, false
	}
	return word{n.Value, at}, true
}

// text returns a text. Another single value is reported, and taken as it is written.
func (r *reader) text(n *yaml.Node, what string) (word, bool) {
	w, ok := r.scalar(n, what)
	if kind := kindOf(resolve(n)); ok && kind != textKind {
		r.warn(w.at, "%s is %s, taken as the text %q. Put it in quotes.", what, kind, w.text)
	}
	return w, ok
}

// into returns a function that puts a text where it belongs.
func (r *reader) into(to *word, what string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if w, ok := r.text(n, what); ok {
			*to = w
		}
	}
}

// words returns a list of texts. A single one is taken as a list of one.
func (r *reader) words(n *yaml.Node, what string) []word {
	if target := resolve(n); target.Kind == yaml.ScalarNode && !isNull(target) {
		w, ok := r.text(n, what)
		if !ok {
			return nil
		}
		r.warn(w.at, "%s is a single text, taken as a list of one. Write it as in [%q].", what, w.text)
		return []word{w}
	}
	var out []word
	for _, item := range r.items(n, what) {
		if w, ok := r.text(item, "An item of "+what); ok {
			out = append(out, w)
		}
	}
	return out
}

// items returns the items of a list that are not empty.
func (r *reader) items(n *yaml.Node, what string) []*yaml.Node {
	at := r.place(n)
	n = resolve(n)
	switch {
	case !r.spend(n):
		return nil
	case isNull(n):
		r.warn(at, "%s has no value, taken as an empty list. Write [] to say so, or remove it.", what)
		return nil
	case n.Kind != yaml.SequenceNode:
		r.fail(at, "%s has to be a list, and is %s. Begin each item with “- ”.", what, kindOf(n))
		return nil
	}
	var out []*yaml.Node
	for _, item := range n.Content {
		if isNull(item) {
			r.warn(r.place(item), "An item of %s is empty, and is ignored. Remove its “-”.", what)
			continue
		}
		out = append(out, item)
	}
	return out
}
