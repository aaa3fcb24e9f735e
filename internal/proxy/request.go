package proxy

import (
	"net/http"
	"strconv"
	"strings"
)

// appendHead appends the head of the request as the server gets it, without the
// lines that say how the body is framed and without the empty line at its end.
// net/http has checked all that goes into it.
func appendHead(head []byte, r *http.Request, uri, token string) []byte {
	head = append(head, r.Method...)
	head = append(head, ' ')
	head = append(head, uri...)
	head = append(head, " HTTP/1.1\r\n"...)
	head = appendField(head, "Host", hostOf(r))
	for name, values := range r.Header {
		if isPrivate(name) || hasToken(r.Header["Connection"], name) {
			continue
		}
		for _, value := range values {
			head = appendField(head, name, value)
		}
	}
	return appendField(head, "Authorization", "token "+token)
}

func appendField(head []byte, name, value string) []byte {
	head = append(head, name...)
	head = append(head, ": "...)
	head = append(head, value...)
	return append(head, "\r\n"...)
}

// appendFraming ends the head of a plain request: how long is its body?
func appendFraming(head []byte, r *http.Request) []byte {
	switch {
	case r.ContentLength < 0:
		head = append(head, "Transfer-Encoding: chunked\r\n"...)
	case r.ContentLength > 0 || !isSafe(r.Method):
		head = append(head, "Content-Length: "...)
		head = strconv.AppendInt(head, r.ContentLength, 10)
		head = append(head, "\r\n"...)
	}
	return append(head, "\r\n"...)
}

// hostOf returns the name that the client knows us by, which is what Jupyter
// should make its addresses of.
func hostOf(r *http.Request) string {
	if r.Host == "" { // HTTP/1.0
		return "localhost"
	}
	return r.Host
}

// isPrivate tells whether a header of a request is between the browser and us.
//
// Beside what belongs to one connection (RFC 9110 §7.6.1) these are: what
// Jupyter would believe about who asks; what it would judge again, or echo, of
// the page that asks; and who is in front of us, in any spelling, since it is
// none of a student's server's business.
func isPrivate(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Http2-Settings",
		"Host", "Content-Length", "Expect",
		"Sec-Websocket-Extensions", // compression: what is said could not be followed, and costs the server CPU time
		"Cookie", "Authorization", "Origin", "Referer", "Forwarded", "Via", "X-Real-Ip", "X-Scheme":
		return true
	}
	return strings.HasPrefix(name, "Sec-Fetch-") || strings.HasPrefix(name, "Proxy-") || strings.HasPrefix(name, "X-Forwarded-")
}
