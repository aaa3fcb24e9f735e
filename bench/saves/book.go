package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// book is a notebook that somebody works on.
type book struct {
	random  *rand.Rand
	picture int // bytes
	cells   []cell
	edits   int
}

type cell struct {
	ID       string         `json:"id"`
	Type     string         `json:"cell_type"`
	Metadata map[string]any `json:"metadata"`
	Source   []string       `json:"source"`
	Outputs  []any          `json:"outputs"`
	Count    int            `json:"execution_count"`
}

// newBook returns a notebook of so many cells that have run; every fourth shows a
// picture of so many bytes.
func newBook(seed uint64, cells, picture int) *book {
	b := &book{random: rand.New(rand.NewPCG(seed, 1)), picture: picture}
	for i := range cells {
		c := cell{ID: fmt.Sprintf("cell-%d", i), Type: "code", Metadata: map[string]any{}}
		for range 6 {
			c.Source = append(c.Source, b.line())
		}
		b.cells = append(b.cells, c)
		b.run(i)
	}
	return b
}

var words = strings.Fields("data frame = numpy array plot ( x , y ) for in range def mean return axis index value print figure total")

func (b *book) line() string {
	text := make([]string, 8)
	for i := range text {
		text[i] = words[b.random.IntN(len(words))]
	}
	return strings.Join(text, " ") + "\n"
}

// run gives a cell new outputs.
func (b *book) run(i int) {
	b.edits++
	c := &b.cells[i]
	c.Count = b.edits
	c.Outputs = []any{map[string]any{"output_type": "stream", "name": "stdout", "text": []string{b.line(), b.line()}}}
	if b.picture > 0 && i%4 == 0 {
		c.Outputs = append(c.Outputs, map[string]any{
			"output_type": "display_data", "metadata": map[string]any{},
			"data": map[string]string{"image/png": b.image(), "text/plain": "<Figure size 640x480 with 1 Axes>"},
		})
	}
}

// image returns something of the size of a picture that compresses as little as one.
func (b *book) image() string {
	data := make([]byte, b.picture)
	for i := range data {
		data[i] = byte(b.random.Uint32())
	}
	return base64.StdEncoding.EncodeToString(data)
}

// edit changes a line of a cell and runs the cell.
func (b *book) edit() {
	i := b.random.IntN(len(b.cells))
	b.cells[i].Source[b.random.IntN(len(b.cells[i].Source))] = b.line()
	b.run(i)
}

func (b *book) notebook() map[string]any {
	return map[string]any{
		"cells": b.cells, "nbformat": 4, "nbformat_minor": 5,
		"metadata": map[string]any{"kernelspec": map[string]string{"name": "python3", "display_name": "Python 3", "language": "python"}},
	}
}

// content returns the notebook as a file.
func (b *book) content() []byte { return encode(b.notebook()) }

// model returns what a page sends to save it.
func (b *book) model() []byte {
	return encode(map[string]any{"type": "notebook", "format": "json", "content": b.notebook()})
}

func encode(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // maps, lists and strings always can be encoded
	}
	return text
}
