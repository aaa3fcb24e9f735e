package git

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxURL = 2048 // bytes

var (
	schemes = []string{"https", "http", "ssh", "git", "file"}
	scpLike = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.+-]*@([A-Za-z0-9_][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.]+\]):[^:-]`)
)

// CheckURL checks that git may be given the URL of a remote: https, http, ssh,
// git or file, user@host:path, or an absolute path of this host. The error is
// ErrURL, says what is wrong in terms of who wrote it, and holds no password.
func CheckURL(raw string) error {
	switch {
	case raw == "":
		return urlError("it is missing")
	case len(raw) > maxURL:
		return urlError("it is too long: %d bytes, where %d are allowed", len(raw), maxURL)
	case !utf8.ValidString(raw) || strings.ContainsFunc(raw, unicode.IsControl):
		return urlError("it holds a control character")
	case strings.HasPrefix(raw, "/"), scpLike.MatchString(raw) && !strings.Contains(raw, "://"):
		return nil
	}
	scheme, _, found := strings.Cut(raw, "://")
	if !found {
		return urlError("it should begin with https://, or another of http, ssh, git and file, or be user@host:path or an absolute path")
	}
	if !slices.Contains(schemes, scheme) {
		return urlError("%q is none of https, http, ssh, git and file", scheme)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return urlError("it cannot be read; do special characters need a %% escape?")
	}
	return checkParts(u)
}

func checkParts(u *url.URL) error {
	_, hasPassword := u.User.Password()
	decoded := u.Path + u.User.Username()
	switch {
	case strings.ContainsFunc(decoded, unicode.IsControl):
		return urlError("it holds a control character")
	case u.Scheme == "file" && u.Host != "":
		return urlError("a file:// URL names no host: write file:///path")
	case u.Scheme != "file" && u.Hostname() == "":
		return urlError("it names no host")
	case strings.HasPrefix(u.Host, "-") || strings.HasPrefix(u.User.Username(), "-"):
		return urlError("neither a host nor a user begins with a dash")
	case strings.Trim(u.Path, "/") == "":
		return urlError("it names a host, but no repository on it")
	case hasPassword && u.Scheme != "http" && u.Scheme != "https":
		return urlError("a password has no use in a %s URL", u.Scheme)
	}
	return nil
}

func urlError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrURL, fmt.Sprintf(format, args...))
}
