package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/nbhosting/nbhosting/internal/course"
)

// The parts of an nbhosting.yaml that other forms of settings have, too.
type (
	yamlSettings struct {
		Tracks   []yamlTrack    `yaml:"tracks"`
		Mappings *[]yamlMapping `yaml:"static-mappings,omitempty"` // nil: the default ones
	}
	yamlTrack struct {
		ID          string        `yaml:"id"`
		Name        string        `yaml:"name"`
		Description string        `yaml:"description"`
		Sections    []yamlSection `yaml:"sections"`
	}
	yamlSection struct {
		Name      string   `yaml:"name"`
		Notebooks []string `yaml:"notebooks"`
	}
	yamlMapping struct {
		Source      string `yaml:"source"`
		Destination string `yaml:"destination"`
	}
)

// writeYAML writes the tracks and static mappings of a course as its
// nbhosting.yaml would say them.
func writeYAML(to io.Writer, d course.Details) error {
	said := yamlSettings{Tracks: []yamlTrack{}}
	for _, t := range d.Tracks {
		track := yamlTrack{ID: t.ID, Name: t.Name, Description: t.Description, Sections: []yamlSection{}}
		for _, s := range t.Sections {
			section := yamlSection{Name: s.Name}
			for _, path := range s.Notebooks {
				section.Notebooks = append(section.Notebooks, literalPattern(path))
			}
			track.Sections = append(track.Sections, section)
		}
		said.Tracks = append(said.Tracks, track)
	}
	mappings := []yamlMapping{}
	for _, m := range d.StaticMappings {
		mappings = append(mappings, yamlMapping{m.Source, m.Destination})
	}
	// Said in so many words, even these would be reported where they lead to nothing.
	if !slices.Equal(mappings, []yamlMapping{{"media", "media"}, {"data", "data"}}) {
		said.Mappings = &mappings
	}
	out := yaml.NewEncoder(to)
	out.SetIndent(2)
	if err := out.Encode(said); err != nil {
		return err
	}
	return out.Close()
}

// literalPattern returns the pattern that a path alone matches.
func literalPattern(path string) string {
	return strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]").Replace(path)
}

func (e *env) printTracksYAML(d course.Details, first bool) error {
	if !first {
		fmt.Fprintln(e.Stdout, "---")
	}
	fmt.Fprintf(e.Stdout, "# course %s\n", d.Name)
	return writeYAML(e.Stdout, d)
}
