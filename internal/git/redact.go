package git

import "regexp"

var (
	userinfo = regexp.MustCompile(`(://)[^/\s'"]*@`)
	query    = regexp.MustCompile(`(://[^\s'"?]*\?)[^\s'"]+`)
)

// Redact returns text with the user names, passwords and queries of the URLs in
// it left out: what may be shown and logged.
func Redact(text string) string {
	return query.ReplaceAllString(userinfo.ReplaceAllString(text, "$1"), "$1…")
}
