package git

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

var (
	changedHost = regexp.MustCompile(`Host key for (\S+) has changed`)
	fingerprint = regexp.MustCompile(`\bSHA256:[A-Za-z0-9+/]+`)
)

// HostKey returns which host showed another key than the one that is known of
// it, as [ForgetHost] takes it, and the fingerprint of that key. Both are empty
// if e is about something else.
func (e *Error) HostKey() (host, key string) {
	found := changedHost.FindStringSubmatch(e.Output)
	if !errors.Is(e, ErrHostKeyChanged) || found == nil {
		return "", ""
	}
	return found[1], fingerprint.FindString(e.Output)
}

// ForgetHost removes a host's keys from the file of known hosts at path, so
// that the one it shows next is accepted. The host is NAME, NAME:PORT,
// [NAME]:PORT, or a URL of that host. It tells whether there was any.
func ForgetHost(path, host string) (bool, error) {
	name, err := knownAs(host)
	if err != nil {
		return false, err
	}
	before, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the known hosts: %w", err)
	}
	var after []byte
	for line := range bytes.Lines(before) {
		if !isOf(string(line), name) {
			after = append(after, line...)
		}
	}
	if len(after) == len(before) {
		return false, nil
	}
	if err := replaceFile(path, after); err != nil {
		return false, fmt.Errorf("write the known hosts: %w", err)
	}
	return true, nil
}

// isOf tells whether a line of a file of known hosts, which ssh has written
// without hashing, is about the host of that name.
func isOf(line, name string) bool {
	names, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	return slices.Contains(strings.Split(names, ","), name)
}

// knownAs returns the name that ssh gives a host in its list: the host, or
// [HOST]:PORT if the port is not 22.
func knownAs(host string) (string, error) {
	port := ""
	if u, err := url.Parse(host); err == nil && u.Host != "" {
		host, port = u.Hostname(), u.Port()
	} else if h, p, err := net.SplitHostPort(host); err == nil {
		host, port = h, p
	} else if inside, found := strings.CutPrefix(host, "["); found {
		host = strings.TrimSuffix(inside, "]")
	}
	if host == "" || strings.ContainsAny(host, "[]/@,|*?!#") || strings.ContainsFunc(host, unicode.IsSpace) {
		return "", fmt.Errorf("%w: %.80q is not the name of a host", ErrURL, host)
	}
	host = strings.ToLower(host)
	if port == "" || port == "22" {
		return host, nil
	}
	return "[" + host + "]:" + port, nil
}

// replaceFile writes a file beside the one at path and puts it in its place.
func replaceFile(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".known_hosts-")
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
