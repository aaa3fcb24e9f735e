// Package settings evaluates what a course repository says about itself: its
// tracks, its static mappings, its builds, and how it wants to be shown.
//
// It reads three forms (nbhosting.yaml, and the older files static-mappings and
// tracks.py) in three places, and never fails over what an
// author wrote: whatever is wrong becomes a [Finding] that tells them what to
// do, and the rest is used. It reads no files by itself, runs nothing, and
// knows nothing of git: callers hand it lists of paths, and functions.
package settings
