package notebook

import (
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxHeader bounds the header of a text notebook, in bytes. Real ones have a few
// thousand; reading one as YAML takes a microsecond and more per byte.
const maxHeader = 256 << 10

var yamlMessage = regexp.MustCompile(`(?s)^yaml: (?:line (\d+): )?(.*)$`)

// parseYAML returns the top of the YAML document in lines, nil if it is empty.
// Values are left as they are written.
func parseYAML(lines []string) (*yaml.Node, *Error) {
	source := strings.Join(lines, "\n") + "\n"
	if len(source) > maxHeader {
		return nil, &Error{Message: "The YAML header is larger than 256 kB. Leave out of it what is not about the notebook as a whole."}
	}
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(source), &document); err != nil {
		return nil, yamlError(lines, err)
	}
	if len(document.Content) == 0 {
		return nil, nil
	}
	return document.Content[0], nil
}

func yamlError(lines []string, err error) *Error {
	parts := yamlMessage.FindStringSubmatch(err.Error())
	if parts == nil {
		parts = []string{"", "", err.Error()}
	}
	line, _ := strconv.Atoi(parts[1])
	return &Error{Line: min(line, len(lines)), Message: "The header of this notebook is not valid YAML: " + oneLine(parts[2]) + "."}
}

// child returns the value found along keys, nil if there is none.
func child(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		n = member(n, key, map[*yaml.Node]bool{})
	}
	return n
}

// member returns the value of key in the mapping n, nil if there is none. Of
// several, the last counts; those of the mapping itself come before those that
// it merges in (<<). Mappings seen before are not looked at again: they may hold
// themselves.
func member(n *yaml.Node, key string, seen map[*yaml.Node]bool) *yaml.Node {
	if !isMapping(n) || seen[n] {
		return nil
	}
	seen[n] = true
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		if name := n.Content[i]; name.Kind == yaml.ScalarNode && name.Value == key {
			return target(n.Content[i+1])
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if name := n.Content[i]; name.Tag != "!!merge" {
			continue
		}
		for _, source := range sources(n.Content[i+1]) {
			if value := member(source, key, seen); value != nil {
				return value
			}
		}
	}
	return nil
}

// sources returns the mappings that a merge key names: one, or a list of them.
func sources(n *yaml.Node) []*yaml.Node {
	n = target(n)
	if n.Kind != yaml.SequenceNode {
		return []*yaml.Node{n}
	}
	all := make([]*yaml.Node, 0, len(n.Content))
	for _, item := range n.Content {
		all = append(all, target(item))
	}
	return all
}

// target returns what n stands for.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func isMapping(n *yaml.Node) bool { return n != nil && n.Kind == yaml.MappingNode }

func isNull(n *yaml.Node) bool { return n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// text returns a scalar as it is written; nothing for null, lists and mappings.
func text(n *yaml.Node) string {
	if isNull(n) || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

// yamlLabels reads what the metadata in the mapping n says.
func yamlLabels(n *yaml.Node) labels {
	return labels{
		title:        text(child(n, "nbhosting", "title")),
		version:      text(child(n, "nbhosting", "version")),
		notebookname: text(child(n, "notebookname")),
		plainVersion: text(child(n, "version")),
	}
}
