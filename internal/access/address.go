package access

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// ipv4InIPv6 is how many bits come before an IPv4 address that is written as an IPv6 one.
const ipv4InIPv6 = 96

// ParseAddress reads an entry of [Rules.Addresses]: an IP address, or a network
// such as 192.0.2.0/24. An error says what to write instead.
func ParseAddress(s string) (netip.Prefix, error) {
	text := strings.TrimSpace(s)
	if addr, err := netip.ParseAddr(text); err == nil {
		addr = addr.Unmap().WithZone("")
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is neither an IP address nor a network such as 192.0.2.0/24 or 2001:db8::/32", s)
	}
	if prefix.Addr().Is4In6() && prefix.Bits() >= ipv4InIPv6 {
		prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-ipv4InIPv6)
	}
	if prefix != prefix.Masked() {
		return netip.Prefix{}, fmt.Errorf("%q is an address in a network, not a network: write %s for all of it, or the address without /%d", s, prefix.Masked(), prefix.Bits())
	}
	return prefix, nil
}

// admitsAddress tells whether a visitor at remote, "address:port", may come from no page.
func (r Rules) admitsAddress(remote string) bool {
	peer, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	addr := peer.Addr().Unmap().WithZone("")
	return slices.ContainsFunc(r.Addresses, func(allowed netip.Prefix) bool { return allowed.Contains(addr) })
}
