package history_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/nbhosting/nbhosting/internal/history"
)

type cell struct {
	Type    string         `json:"cell_type"`
	Count   int            `json:"execution_count"`
	ID      string         `json:"id"`
	Meta    map[string]any `json:"metadata"`
	Outputs []any          `json:"outputs"`
	Source  []string       `json:"source"`
}

// notebook returns a notebook as Jupyter writes it: 20 KB of source in 40 cells,
// 500 KB of outputs, most of them pictures, each of which can be another.
func notebook(edits []int, pictures []int) []byte {
	var cells []cell
	for i := range 40 {
		c := cell{Type: "code", Count: i + 1, ID: fmt.Sprintf("%08x", 0x9e3779b9*uint32(i+1)), Meta: map[string]any{}, Outputs: []any{}}
		for line := range 9 {
			c.Source = append(c.Source, fmt.Sprintf("result_%d = model.fit(x[%d:], y, alpha=0.%d)  # step %d\n", line, i*line, i*7+line, i))
		}
		c.Source = append(c.Source, fmt.Sprintf("plot(result_%d)", edits[i]))
		switch {
		case i%8 == 0:
			png := base64.StdEncoding.EncodeToString(noise(uint64(1000*i+pictures[i]), 70_000))
			c.Outputs = append(c.Outputs, map[string]any{"output_type": "display_data", "metadata": map[string]any{}, "data": map[string]any{
				"image/png": png, "text/plain": []string{"<Figure size 640x480 with 1 Axes>"},
			}})
		case i%3 == 0:
			var text []string
			for row := range 40 {
				text = append(text, fmt.Sprintf("%4d  %8.4f  %8.4f\n", row, float64(row*i)/7, float64(row)/float64(i)))
			}
			c.Outputs = append(c.Outputs, map[string]any{"name": "stdout", "output_type": "stream", "text": text})
		}
		cells = append(cells, c)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", " ")
	err := enc.Encode(map[string]any{
		"cells": cells, "metadata": map[string]any{"kernelspec": map[string]any{"name": "python3"}}, "nbformat": 4, "nbformat_minor": 5,
	})
	if err != nil {
		panic(err)
	}
	return out.Bytes()
}

// The time is what the history adds to a save; bytes/save is what it grows by.
func BenchmarkKeep(b *testing.B) {
	for name, edit := range map[string]func(i int, edits, pictures []int){
		"one cell edited":              func(i int, edits, _ []int) { edits[i%40] = i },
		"two cells far apart edited":   func(i int, edits, _ []int) { edits[i%20] = i; edits[39-i%20] = i },
		"one cell run, with a picture": func(i int, edits, pictures []int) { edits[i%5*8] = i; pictures[i%5*8] = i },
	} {
		b.Run(name, func(b *testing.B) {
			s, err := history.Open(b.TempDir(), slog.New(slog.DiscardHandler))
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			edits, pictures := make([]int, 40), make([]int, 40)
			var size int
			i := 0
			for b.Loop() {
				b.StopTimer()
				i++
				edit(i, edits, pictures)
				content := notebook(edits, pictures)
				b.StartTimer()
				if _, err := s.Keep(b.Context(), alice, intro, content, history.Note{Why: history.Save}); err != nil {
					b.Fatal(err)
				}
				size = len(content)
			}
			used, err := s.Use(alice)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(used)/float64(i), "bytes/save")
			b.ReportMetric(float64(size), "bytes/content")
		})
	}
}

// BenchmarkOpen is what the first use of a long history costs after a restart.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	longHistory(b, dir)
	for b.Loop() {
		s, err := history.Open(dir, slog.New(slog.DiscardHandler))
		if err != nil {
			b.Fatal(err)
		}
		if _, ok, err := s.Latest(alice, intro); err != nil || !ok {
			b.Fatal(ok, err)
		}
	}
}

// BenchmarkRead is what it costs to read a version: any of a long history.
func BenchmarkRead(b *testing.B) {
	dir := b.TempDir()
	ids := longHistory(b, dir)
	s, err := history.Open(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		if _, _, err := s.Read(alice, intro, ids[i*7%len(ids)]); err != nil {
			b.Fatal(err)
		}
	}
}

// longHistory keeps a working day of saves, one every 20 seconds, each with
// another cell edited.
func longHistory(b *testing.B, dir string) (ids []string) {
	b.Helper()
	s, err := history.Open(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	edits := make([]int, 40)
	for i := range 8 * 180 {
		edits[i*7%40] = i
		v, err := s.Keep(b.Context(), alice, intro, notebook(edits, make([]int, 40)), history.Note{Why: history.Save})
		if err != nil {
			b.Fatal(err)
		}
		ids = append(ids, v.ID)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	return ids
}
