package proxy

import (
	"net/http"
	"net/url"
	"strings"
)

// splitTarget returns the path and the query of a request as they were sent,
// byte for byte. The query begins with "?", or is empty where there is none.
func splitTarget(r *http.Request) (path, query string) {
	target := r.RequestURI
	if !strings.HasPrefix(target, "/") { // the absolute form, or no server's request
		target = r.URL.RequestURI()
	}
	if i := strings.IndexByte(target, '?'); i >= 0 {
		return target[:i], target[i:]
	}
	return target, ""
}

// withoutToken drops every "token" from a query that begins with "?", and leaves
// the rest as it is. Jupyter would believe it rather than our header.
func withoutToken(query string) string {
	if !mayHoldToken(query) {
		return query
	}
	kept := make([]string, 0, 8)
	for pair := range strings.SplitSeq(query[1:], "&") {
		if !isToken(pair) {
			kept = append(kept, pair)
		}
	}
	if len(kept) == 0 {
		return ""
	}
	return "?" + strings.Join(kept, "&")
}

// mayHoldToken is the quick look that spares most queries the careful one.
func mayHoldToken(query string) bool {
	return query != "" && (strings.Contains(query, "token") || strings.Contains(query, "%"))
}

func isToken(pair string) bool {
	name, _, _ := strings.Cut(pair, "=")
	name, err := url.QueryUnescape(name)
	return err == nil && name == "token"
}
