package settings

import (
	"errors"
	"io"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

// parse returns what the documents of a YAML text hold.
func parse(text string) ([]*yaml.Node, error) {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	var documents []*yaml.Node
	for {
		var doc yaml.Node
		switch err := decoder.Decode(&doc); {
		case errors.Is(err, io.EOF):
			return documents, nil
		case err != nil:
			return nil, err
		}
		documents = append(documents, doc.Content...)
	}
}

// invalid reports a text that is not YAML.
func (r *reader) invalid(text string, err error) {
	number, line := badLine(text, err)
	at := place{r.file, number}
	reason := strings.TrimPrefix(err.Error(), "yaml: ")
	if strings.HasPrefix(reason, "line ") {
		_, reason, _ = strings.Cut(reason, ": ")
	}
	alias := strings.Contains(reason, "unknown anchor") || strings.Contains(reason, "expected alphabetic or numeric")
	if _, rest, found := strings.Cut(line, "*"); found && alias {
		r.fail(at, "This is not valid YAML: a text that begins with “*” has to be in quotes. Write \"*%s\".", strings.TrimRight(rest, " ]\r\n"))
		return
	}
	r.fail(at, "This is not valid YAML (%s). Look at the indentation and the quotes here and above.", reason)
}

// badLine returns the line with which a text becomes invalid, and its number.
// The line in err itself is often that of the block around it.
func badLine(text string, err error) (int, string) {
	lines := strings.SplitAfter(text, "\n")
	ends := make([]int, len(lines))
	end := 0
	for i, line := range lines {
		end += len(line)
		ends[i] = end
	}
	i := sort.Search(len(lines)-1, func(i int) bool {
		_, e := parse(text[:ends[i]])
		return e != nil && e.Error() == err.Error()
	})
	return i + 1, lines[i]
}
