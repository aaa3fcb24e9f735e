// Package tracks runs the tracks.py of a course: Python, by a half-trusted author,
// that says what the tables of contents of the course are.
//
// It runs in a sandbox, on the host's own Python with nothing but the standard
// library, and sees the notebooks that students may see. shim.py gives it what it imports, calls
// it, and writes what it returns as JSON. That answer is judged here as data
// that anybody may have written.
package tracks
