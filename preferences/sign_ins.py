"""The traits of a sign-in: the program with its operating system, and the network of the address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from ua_parser import parse

# The User-Agent of the Rocket.Chat mobile app: its operating system, then its version.
MOBILE_APP = re.compile(r"RC Mobile; (ios|android)\b", re.IGNORECASE)
SYSTEMS = {"ios": "iOS", "android": "Android"}
AGENT_MAX_LENGTH = 1000
PROGRAM_MAX_LENGTH = 120
# Prefix length by IP version. Internet providers usually reassign addresses within networks of about this size.
PREFIXES = {4: 16, 6: 32}


@dataclass(frozen=True, slots=True)
class SignInFacts:
    """A sign-in's program, such as "Firefox on Linux", and its address. Both may be empty."""

    program: str
    address: str

    @property
    def network(self) -> str:
        """Return the network of the address; empty without an address."""
        if not self.address:
            return ""
        address = ip_address(self.address)
        return str(ip_network((address, PREFIXES[address.version]), strict=False))


def facts_of(request: HttpRequest) -> SignInFacts:
    """Return the traits of a request. Its address is the client's, as reported by the trusted proxies."""
    return SignInFacts(program_of(request.headers.get("User-Agent", "")), address_of(request.META.get("REMOTE_ADDR")))


def address_of(text: str | None) -> str:
    """Return an IP address in its canonical form; empty for anything else, such as a socket name."""
    try:
        address = ip_address(text or "")
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def program_of(agent: str) -> str:
    """Return program and operating system of a User-Agent, without versions, so that updates do not look new."""
    agent = agent[:AGENT_MAX_LENGTH]
    if match := MOBILE_APP.match(agent):
        return f"Rocket.Chat app on {SYSTEMS[match[1].lower()]}"
    parsed = parse(agent)
    program = parsed.user_agent.family if parsed.user_agent else agent.split("/")[0].split(" ")[0]
    system = f" on {parsed.os.family}" if parsed.os else ""
    return f"{program}{system}"[:PROGRAM_MAX_LENGTH]


def trait_digest(user_id: int, trait: str) -> str:
    """Return the digest under which a trait is stored. It is keyed by installation and account."""
    return salted_hmac(f"preferences.sign_ins.{user_id}", trait, algorithm="sha256").hexdigest()
