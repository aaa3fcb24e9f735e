package proxy

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// cleanAnswer makes of the header of a server's answer what a browser may see.
func (p *Proxy) cleanAnswer(h http.Header, r *http.Request) {
	dropConnectionFields(h)
	policies := protective(h["Content-Security-Policy"])
	for name := range h {
		if isOverreaching(name) {
			delete(h, name)
		}
	}
	if where := h.Get("Location"); where != "" {
		h.Set("Location", ownLocation(where, r.Host))
	}
	h["Content-Security-Policy"] = append([]string{p.framing}, policies...)
	h.Set("Referrer-Policy", "no-referrer")
	if _, sent := h["X-Content-Type-Options"]; !sent {
		h.Set("X-Content-Type-Options", "nosniff")
	}
	if _, sent := h["Content-Type"]; !sent {
		h["Content-Type"] = nil // keeps net/http from guessing
	}
}

// dropConnectionFields drops what is said for one connection only.
func dropConnectionFields(h http.Header) {
	for _, list := range h["Connection"] {
		for name := range strings.SplitSeq(list, ",") {
			h.Del(strings.TrimSpace(name))
		}
	}
	for _, name := range []string{"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Trailer", "Transfer-Encoding", "Upgrade"} {
		delete(h, name)
	}
}

// isOverreaching tells whether a header of an answer would have an effect beyond
// the one server that sent it: on its neighbours on this site, on the browser's
// view of the whole site, or on a program in front of us.
func isOverreaching(name string) bool {
	switch name {
	case "Content-Security-Policy", "Content-Security-Policy-Report-Only", "X-Frame-Options", // replaced by ours
		"Set-Cookie", "Set-Cookie2", "Set-Login", "Clear-Site-Data", "Service-Worker-Allowed",
		"Strict-Transport-Security", "Alt-Svc", "Nel", "Report-To", "Reporting-Endpoints",
		"Server", "Timing-Allow-Origin", "X-Sendfile":
		return true
	}
	return strings.HasPrefix(name, "Access-Control-") || strings.HasPrefix(name, "X-Accel-")
}

// ownLocation makes a redirection to the server itself, by whatever name it
// knows itself, one without scheme and host. Those to elsewhere stay.
func ownLocation(where, host string) string {
	u, err := url.Parse(where)
	if err != nil {
		return "/"
	}
	web := u.Scheme == "" || u.Scheme == "http" || u.Scheme == "https"
	if u.Host == "" && u.Scheme == "" || web && !strings.EqualFold(u.Host, host) && !isLocalName(u.Hostname()) {
		return where
	}
	own := url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery, Fragment: u.Fragment, RawFragment: u.RawFragment}
	if !strings.HasPrefix(own.Path, "/") || strings.HasPrefix(own.Path, "//") {
		return "/"
	}
	return own.String()
}

// isLocalName tells whether a host name means something on this machine only.
func isLocalName(name string) bool {
	ip := net.ParseIP(name)
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || ip.IsLoopback() || ip.IsUnspecified()
}
