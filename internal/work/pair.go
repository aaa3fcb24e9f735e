package work

import (
	"context"
	"encoding/json"
	"path"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/history"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

// A notebook can be paired: Jupyter, with jupytext, saves each version of it in two
// files, of which the text says what the cells are when it is opened again. Once
// the notebook is replaced, that text is of another version: Jupyter would refuse to
// open the two (https://jupytext.readthedocs.io/en/latest/paired-notebooks.html).

// textsOf returns the files beside a notebook that its content says it is paired with.
// Those in other folders are none of them.
func textsOf(file string, content []byte) []string {
	stem, isNotebook := strings.CutSuffix(file, ".ipynb")
	var said struct {
		Metadata struct {
			Jupytext struct{ Formats string }
		}
	}
	if !isNotebook || json.Unmarshal(content, &said) != nil {
		return nil
	}
	var texts []string
	for format := range strings.SplitSeq(said.Metadata.Jupytext.Formats, ",") {
		ending, _, _ := strings.Cut(strings.TrimSpace(format), ":")
		if ending == "auto" {
			ending = "py"
		}
		if text := stem + "." + strings.TrimPrefix(ending, "."); ending != "" && ending != "ipynb" && !strings.Contains(ending, "/") && nbhosting.CheckNotebookPath(text) == nil {
			texts = append(texts, text)
		}
	}
	return texts
}

// pairs returns the texts that there are of a notebook.
func (n notebook) pairs(contents ...[]byte) ([]string, error) {
	var texts []string
	for _, content := range contents {
		texts = append(texts, textsOf(n.file, content)...)
	}
	if len(texts) == 0 {
		return nil, nil
	}
	return n.Workspaces.Find(n.key, texts)
}

// removePairs removes the texts of a notebook that was replaced, once they are kept.
// Jupyter writes them again with its next save.
func (n notebook) removePairs(ctx context.Context, content []byte) error {
	texts, err := n.pairs(n.content, content)
	if err != nil {
		return err
	}
	for _, text := range texts {
		keep := func(present []byte) error { return n.aside(ctx, text, present, nil) }
		if err := n.place.Remove(text, workspace.ReplaceOptions{Keep: keep, Most: MaxNotebook}); err != nil {
			return err
		}
	}
	return nil
}

// margin is by how much a text is older, or newer, that was written in the same save.
const margin = time.Second

// checkPairs is refused where the student has changed a text outside of Jupyter: what
// is typed there is not in the notebook yet.
func (n notebook) checkPairs() error {
	texts, err := n.pairs(n.content)
	if err != nil || len(texts) == 0 {
		return err
	}
	_, own, err := n.place.Read(n.file, MaxNotebook)
	if err != nil {
		return err
	}
	for _, text := range texts {
		if _, info, err := n.place.Read(text, MaxNotebook); err != nil || info.ModTime().After(own.ModTime().Add(margin)) {
			return nbhosting.Because(err, nbhosting.Conflict,
				"You have changed %q, which goes with this notebook, and the notebook does not have that yet. Nothing was changed. Open the notebook in Jupyter and save it, then try again.", path.Base(text))
		}
	}
	return nil
}

// aside puts what is there, or goes with it, into the history, on disk.
func (n notebook) aside(ctx context.Context, file string, present []byte, kept *history.Version) error {
	v, err := n.History.Keep(ctx, n.key, file, present, history.Note{Why: history.Save, Must: true})
	if err == nil {
		err = n.History.Sync(n.key, file)
	}
	if err != nil {
		return notKept(err, file)
	}
	if kept != nil {
		*kept = v
	}
	return nil
}
