package build

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path"
	"strings"
)

// indexPage stands for a directory.
const indexPage = "index.html"

// entryURL returns the URL, below the result's, of the page that an entry point
// means; fs.ErrNotExist if there is no such page. An author may write a file, or
// a URL with all that belongs to it, such as "start.html#top".
func entryURL(root *os.Root, entry string) (string, error) {
	whole := url.URL{Path: entry}
	if page, err := findPage(root, entry); err == nil {
		whole.Path = page
		return whole.String(), nil
	}
	u, err := url.Parse(entry)
	if err != nil || u.Scheme != "" || u.Host != "" {
		return "", fs.ErrNotExist
	}
	page, err := findPage(root, u.Path)
	if err != nil {
		return "", err
	}
	whole = url.URL{Path: page, RawQuery: u.RawQuery, Fragment: u.Fragment}
	return whole.String(), nil
}

// findPage returns the file that a path of a URL shows: itself, or the index of a directory.
func findPage(root *os.Root, page string) (string, error) {
	page = strings.TrimPrefix(path.Clean("/"+page), "/")
	for _, file := range []string{page, path.Join(page, indexPage)} {
		if file == "" {
			continue
		}
		info, err := root.Stat(file)
		switch {
		case err == nil && info.Mode().IsRegular():
			return file, nil
		case err == nil && info.IsDir(), errors.Is(err, fs.ErrNotExist):
		default:
			return "", fs.ErrNotExist
		}
	}
	return "", fs.ErrNotExist
}
