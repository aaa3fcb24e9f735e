package proxy

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/nbhosting/nbhosting/internal/texts"
)

// foreign tells why a request may not be served because of the page that makes
// it, or "" if it may. What browsers say of it is trusted, for no page can make
// them lie; who says nothing is no browser, and needs only the secret.
func foreign(r *http.Request) string {
	refusal := texts.Mark("This request comes from a page that is not part of this site.")
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
	default:
		if !isNavigation(r) {
			return refusal
		}
	}
	if origins, sent := r.Header["Origin"]; sent && (isWebsocket(r) || !isSafe(r.Method)) {
		if len(origins) != 1 || !isOwnOrigin(origins[0], r.Host) {
			return refusal
		}
	}
	return ""
}

// isNavigation tells whether a browser loads the answer as a page, on its own or
// in a frame. What <object> and <embed> load is none.
func isNavigation(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Dest") {
	case "object", "embed":
		return false
	}
	return r.Header.Get("Sec-Fetch-Mode") == "navigate" && (r.Method == http.MethodGet || r.Method == http.MethodHead)
}

func isSafe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// isOwnOrigin compares the host and port of an Origin with those of the request.
// The scheme is left out, because TLS may end at a machine in front of us; a
// missing port is that of the origin's scheme.
func isOwnOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" {
		return false
	}
	var port string
	switch u.Scheme {
	case "http":
		port = "80"
	case "https":
		port = "443"
	default:
		return false
	}
	return strings.EqualFold(withPort(u.Host, port), withPort(host, port))
}

func withPort(host, port string) string {
	if h, p, err := net.SplitHostPort(host); err == nil {
		if p == "" {
			p = port
		}
		return net.JoinHostPort(h, p)
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), port)
}

// isWebsocket tells whether the request asks for a websocket. Other upgrades are
// not known here, and served as if they were not asked for.
func isWebsocket(r *http.Request) bool {
	return r.ProtoMajor == 1 && r.Method == http.MethodGet &&
		hasToken(r.Header["Connection"], "upgrade") && hasToken(r.Header["Upgrade"], "websocket")
}

// hasToken looks for a word in the comma-separated lists of a header.
func hasToken(lists []string, word string) bool {
	for _, list := range lists {
		for token := range strings.SplitSeq(list, ",") {
			if strings.EqualFold(strings.TrimSpace(token), word) {
				return true
			}
		}
	}
	return false
}
