package git

import (
	"net/url"
	"strings"
)

// SubmoduleURL returns the address of a submodule, of which the .gitmodules of
// the repository at parent says raw. One that begins with ./ or ../ is relative
// to parent. A path of this host is only allowed below a repository of this host.
// The password in course, the address of the repository in which all begins,
// goes to the same host by the same protocol, and nowhere else. The error is ErrURL.
func SubmoduleURL(course, parent, raw string) (string, error) {
	bare, _ := withoutUser(parent)
	joined := raw
	if strings.HasPrefix(raw, "./") || strings.HasPrefix(raw, "../") {
		var err error
		if joined, err = relativeURL(bare, raw); err != nil {
			return "", err
		}
	}
	if err := CheckURL(joined); err != nil {
		return "", err
	}
	if IsLocal(joined) && !IsLocal(parent) {
		return "", urlError("it is a path of this host, while the course comes from another")
	}
	return withUserOf(joined, course), nil
}

// IsLocal tells whether a URL that has been checked is a path of this host.
func IsLocal(raw string) bool {
	return strings.HasPrefix(raw, "/") || strings.HasPrefix(raw, "file://")
}

// relativeURL joins as git does: each ../ drops the last part of base, which may
// end at a colon (user@host:path).
func relativeURL(base, raw string) (string, error) {
	base = strings.TrimRight(base, "/")
	separator, written := "/", raw
	for {
		if rest, found := strings.CutPrefix(raw, "./"); found {
			raw = rest
			continue
		}
		rest, found := strings.CutPrefix(raw, "../")
		if !found {
			break
		}
		raw = rest
		cut := strings.LastIndexByte(base, '/')
		if cut < 0 {
			cut = strings.LastIndexByte(base, ':')
		}
		if cut < 0 {
			return "", urlError("%.200q leads above the top of what it is relative to", written)
		}
		separator = base[cut : cut+1]
		base = base[:cut]
	}
	return strings.TrimRight(base+separator+raw, "/"), nil
}

// WithoutLogin returns a URL that has been checked without the user and the
// password that HTTP would use.
func WithoutLogin(raw string) string {
	bare, _ := withoutUser(raw)
	return bare
}

// withoutUser returns raw without the user and password that HTTP would use,
// and these.
func withoutUser(raw string) (string, *url.URL) {
	u, err := url.Parse(raw)
	if err != nil || u.User == nil || u.Scheme != "http" && u.Scheme != "https" {
		return raw, nil
	}
	bare := *u
	bare.User = nil
	return bare.String(), u
}

// withUserOf gives raw the user and password of the course, if it has none and
// is served from the same place.
func withUserOf(raw, course string) string {
	_, login := withoutUser(course)
	u, err := url.Parse(raw)
	if login == nil || err != nil || u.User != nil || u.Scheme != login.Scheme || !strings.EqualFold(u.Host, login.Host) {
		return raw
	}
	u.User = login.User
	return u.String()
}
