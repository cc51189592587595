"""Which IP addresses are on the public internet."""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# The part of IPv6 that is given out to hosts (RFC 4291, 2.4), and the part of IPv4 that protocols use (RFC 6890).
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
PROTOCOL_ASSIGNMENTS = ipaddress.IPv4Network("192.0.0.0/24")
# IPv6 addresses that stand for an IPv4 one which a translator on the way would reach (RFC 6052).
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Return whether the IP address is a host's on the public internet, whichever way it is written."""
    ip = embedded(ipaddress.ip_address(address.split("%")[0]))
    if isinstance(ip, ipaddress.IPv6Address):
        return ip in GLOBAL_UNICAST and ip.is_global
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and ip not in PROTOCOL_ASSIGNMENTS


def embedded(ip: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, or the address itself."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else ip)
