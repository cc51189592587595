"""How this installation reaches other servers: its proxy, the certificate authorities that it trusts, and the addresses
that it never connects to."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import socket
import ssl
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import certifi
from django.conf import settings

from workspace.config.env import data_directory

# Addresses of the machine's own network segment, where cloud providers serve the machine's credentials
# (169.254.169.254; RFC 3927, RFC 4291, 2.5.6), and the same service of Amazon over IPv6. No address that an
# administrator enters may lead there.
LINK_LOCAL = (ipaddress.IPv4Network("169.254.0.0/16"), ipaddress.IPv6Network("fe80::/10"))
METADATA_OVER_IPV6 = ipaddress.IPv6Address("fd00:ec2::254")

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# The IPv6 range that is assigned to hosts (RFC 4291, 2.4), and the IPv4 range that protocols use (RFC 6890).
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
PROTOCOL_ASSIGNMENTS = ipaddress.IPv4Network("192.0.0.0/24")
# IPv6 addresses that stand for an IPv4 address, which a translator would reach (RFC 6052).
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Outbound:
    """`proxy` is a URL or empty, `no_proxy` lists hosts to reach directly, `ca_file` the trusted authorities."""

    proxy: str = field(default="", repr=False)
    no_proxy: str = ""
    ca_file: str = ""


def outbound_current() -> Outbound:
    """Return the configured values (`OUTBOUND_PROXY`, `OUTBOUND_NO_PROXY`, `OUTBOUND_CA_FILE`)."""
    return Outbound(
        proxy=settings.OUTBOUND_PROXY,
        no_proxy=",".join(settings.OUTBOUND_NO_PROXY),
        ca_file=ca_file_with(settings.OUTBOUND_CA_FILE) if settings.OUTBOUND_CA_FILE else ca_file_of_system(),
    )


def ca_file_of_system() -> str:
    """Return the file with the certificate authorities that the system trusts."""
    return ssl.get_default_verify_paths().cafile or certifi.where()


@cache
def ca_file_with(extra: str) -> str:
    """Return a file with the authorities of the system and those in the file `extra`.

    libcurl reads a single file. It is stored in `DATA_DIR`; its name is derived from its content, so processes share
    it.
    """
    content = Path(ca_file_of_system()).read_bytes() + b"\n" + Path(extra).read_bytes()
    target = Path(settings.DATA_DIR) / f"outbound-ca-{hashlib.sha256(content).hexdigest()[:16]}.pem"
    if not target.exists():
        data_directory(target.parent)
        temporary = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}")
        temporary.write_bytes(content)
        temporary.replace(target)
    return str(target)


def parse_ip(address: str) -> IpAddress:
    """Return the IP address; for an IPv6 address that stands for an IPv4 address (RFC 4291, 2.5.5.2), the latter."""
    ip = ipaddress.ip_address(address.split("%")[0])
    return getattr(ip, "ipv4_mapped", None) or ip


def is_forbidden(address: str) -> bool:
    """Return True for an IP address that requests to other servers never connect to."""
    ip = parse_ip(address)
    return ip == METADATA_OVER_IPV6 or any(ip in network for network in LINK_LOCAL if network.version == ip.version)


def is_public(address: str) -> bool:
    """Return True if the IP address belongs to a host on the public internet, in whatever form it is written."""
    ip = embedded_ip(ipaddress.ip_address(address.split("%")[0]))
    if isinstance(ip, ipaddress.IPv6Address):
        return ip in GLOBAL_UNICAST and ip.is_global
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and ip not in PROTOCOL_ASSIGNMENTS


def embedded_ip(ip: IpAddress) -> IpAddress:
    """Return the IPv4 address that an IPv6 address stands for, or the address itself."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else ip)


def is_loopback(host: str | None) -> bool:
    """Return True if the host is this machine, by its spelling."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


class Descriptor:
    """A new socket, in the form that libcurl's callback returns it: pycurl duplicates the descriptor, and this one is
    closed with the object. (Python would warn about each unclosed socket.)"""

    def __init__(self, family: int, kind: int, protocol: int) -> None:
        self._number = socket.socket(family, kind, protocol).detach()

    def fileno(self) -> int:
        return self._number

    def __del__(self) -> None:
        os.close(self._number)


def open_socket(_purpose: int, address: Any) -> Descriptor | None:
    """Open a socket for libcurl (`OPENSOCKETFUNCTION`); returns None if the address must not be connected to."""
    family, kind, protocol, place = address
    return None if is_forbidden(place[0]) else Descriptor(family, kind, protocol)
