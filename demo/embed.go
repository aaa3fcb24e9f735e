// Package demo carries the sample course that a new site can be tried with: a
// short tour of Python and data, in all the formats that courses use.
package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
)

// CourseName is the name under which the sample course is meant to be published.
const CourseName = "tour"

// Notebook is the notebook of the sample course to open first. It needs nothing but Python.
const Notebook = "1-first-steps/hello"

//go:embed all:course
var files embed.FS

// Course returns the files of the sample course, as a teacher's repository holds them.
func Course() (fs.FS, error) {
	course, err := fs.Sub(files, "course")
	if err != nil {
		return nil, fmt.Errorf("find the sample course: %w", err)
	}
	return course, nil
}

// Write puts the files of the sample course into dir, which is made if it does
// not exist. It replaces nothing: a file that is there already is fs.ErrExist.
func Write(dir string) error {
	course, err := Course()
	if err != nil {
		return err
	}
	if err := os.CopyFS(dir, course); err != nil {
		return fmt.Errorf("write the sample course: %w", err)
	}
	return nil
}
