package access

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

const (
	maxHost  = 253 // bytes, RFC 1035
	maxLabel = 63
)

// ParseReferer reads an entry of [Rules.Referers]: a domain, which stands for
// itself and its subdomains, or an IP address. It returns the form in which
// they are compared. An error says what to write instead.
func ParseReferer(domain string) (string, error) {
	host := strings.ToLower(strings.TrimSpace(domain))
	if addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")); err == nil {
		if addr.Zone() != "" {
			return "", fmt.Errorf("%q: an address from a page has no zone", domain)
		}
		return addr.Unmap().String(), nil
	}
	switch {
	case host == "":
		return "", fmt.Errorf("a domain is empty")
	case strings.ContainsAny(host, "/@"):
		return "", fmt.Errorf("%q: write the host alone, without https:// and path", domain)
	case strings.Contains(host, ":"):
		return "", fmt.Errorf("%q: write the host without a port: all its ports are meant", domain)
	case strings.HasPrefix(host, ".") || strings.HasPrefix(host, "*"):
		return "", fmt.Errorf("%q: write the domain alone: its subdomains are always meant too", domain)
	}
	host = strings.TrimSuffix(host, ".")
	if err := checkDomain(host); err != nil {
		return "", fmt.Errorf("%q: %w", domain, err)
	}
	return host, nil
}

func checkDomain(host string) error {
	if len(host) > maxHost {
		return fmt.Errorf("a domain has at most %d characters", maxHost)
	}
	last := ""
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > maxLabel {
			return fmt.Errorf("the parts of a domain have 1 to %d characters", maxLabel)
		}
		if strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return fmt.Errorf("a domain takes letters, digits, dashes and dots (an international one is written xn--…)")
		}
		last = label
	}
	if strings.Trim(last, "0123456789") == "" {
		return fmt.Errorf("neither a domain nor a whole IP address")
	}
	return nil
}

// admitsReferer tells whether the page at the URL referer may lead here.
func (r Rules) admitsReferer(referer string) bool {
	host, ok := hostOf(referer)
	if !ok {
		return false
	}
	return slices.ContainsFunc(r.Referers, func(allowed string) bool { return isWithin(host, allowed) })
}

// isWithin tells whether host is the allowed one or, of a domain, below it.
func isWithin(host, allowed string) bool {
	addr, err := netip.ParseAddr(host)
	allowedAddr, allowedErr := netip.ParseAddr(allowed)
	switch {
	case err == nil || allowedErr == nil:
		return err == nil && allowedErr == nil && addr.Unmap() == allowedAddr
	case allowed == "":
		return false
	}
	return host == allowed || strings.HasSuffix(host, "."+allowed)
}

// hostOf returns the host of a page's URL: lower case, without port and the dot
// of the root. Browsers write no user into it, and turn backslashes before the
// query into slashes; a URL that has either was made to be misread.
func hostOf(referer string) (host string, ok bool) {
	u, err := url.Parse(referer)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Opaque != "" || u.User != nil {
		return "", false
	}
	beforeQuery, _, _ := strings.Cut(referer, "?")
	if strings.Contains(beforeQuery, `\`) {
		return "", false
	}
	host = strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	return host, host != ""
}
