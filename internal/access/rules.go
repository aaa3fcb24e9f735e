// Package access judges who is asking for a notebook, and whether they may.
//
// What it judges by is weak: a browser tells truly which page it comes from, but
// any other program may tell what it likes, and nothing proves who the student
// is. It keeps strangers' pages from opening notebooks here, no more.
package access

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/nbhosting/nbhosting"
)

// Rules say from where notebooks may be opened. The zero value admits nobody.
type Rules struct {
	// Referers are the hosts whose pages may lead here, as [ParseReferer] returns
	// them. A domain stands for its subdomains too, an address for itself.
	Referers []string

	// Addresses are of the visitors that may come from no page at all, as
	// [ParseAddress] returns them.
	Addresses []netip.Prefix
}

// Check returns nil if req may open a notebook, else an error of kind Denied.
// The message tells the visitor what to do, and nothing of the rules.
//
// Where the request names a page that it comes from, the page decides; else the
// address does, which is that of req.RemoteAddr.
func (r Rules) Check(req *http.Request) error {
	if !isNavigation(req.Header) {
		return nbhosting.Errorf(nbhosting.Denied, "A notebook is opened by following a link, not by a program inside a page.")
	}
	if referers := given(req.Header, "Referer"); len(referers) > 0 {
		for _, referer := range referers {
			if !r.admitsReferer(referer) {
				return nbhosting.Errorf(nbhosting.Denied, "Notebooks do not open from the page that you come from. Please follow the link in your course.")
			}
		}
		return nil
	}
	if !r.admitsAddress(req.RemoteAddr) {
		return nbhosting.Errorf(nbhosting.Denied, "Notebooks open from the pages of their course. Please follow the link there, rather than a bookmark or a copied address.")
	}
	return nil
}

// isNavigation tells whether the browser goes to the page that it asks for, as
// far as it says so. What students write runs in pages of our own origin, and
// its requests, which could read the answer, are told by this alone.
func isNavigation(header http.Header) bool {
	for _, mode := range given(header, "Sec-Fetch-Mode") {
		if mode != "navigate" {
			return false
		}
	}
	return true
}

// given returns the values of a header that are not empty.
func given(header http.Header, name string) []string {
	var values []string
	for _, value := range header.Values(name) {
		if value = strings.TrimSpace(value); value != "" {
			values = append(values, value)
		}
	}
	return values
}
