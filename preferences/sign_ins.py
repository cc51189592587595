"""What a sign-in is told by: the program and its system, and the network that it came from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from ua_parser import parse

# How rocketchat's mobile app names itself: its system, then its version.
MOBILE_APP = re.compile(r"RC Mobile; (ios|android)\b", re.IGNORECASE)
SYSTEMS = {"ios": "iOS", "android": "Android"}
AGENT_MAX_LENGTH = 1000
PROGRAM_MAX_LENGTH = 120
# Providers hand out addresses anew within networks about as large, by the version of the protocol.
PREFIXES = {4: 16, 6: 32}


@dataclass(frozen=True, slots=True)
class SignInFacts:
    """What is known of a sign-in: the program, such as "Firefox on Linux", and the address; both may be empty."""

    program: str
    address: str

    @property
    def network(self) -> str:
        """Return the network of the address; empty without one."""
        if not self.address:
            return ""
        found = ip_address(self.address)
        return str(ip_network((found, PREFIXES[found.version]), strict=False))


def facts_of(request: HttpRequest) -> SignInFacts:
    """Return what is known of a request; its address is the one that the trusted proxies tell the web server."""
    return SignInFacts(program_of(request.headers.get("User-Agent", "")), address_of(request.META.get("REMOTE_ADDR")))


def address_of(text: str | None) -> str:
    """Return an address in its usual form; empty for what is none, such as the name of a socket."""
    try:
        found = ip_address(text or "")
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)


def program_of(agent: str) -> str:
    """Return program and system by what the program calls itself, without versions: an update is nothing new."""
    agent = agent[:AGENT_MAX_LENGTH]
    if match := MOBILE_APP.match(agent):
        return f"Rocket.Chat app on {SYSTEMS[match[1].lower()]}"
    found = parse(agent)
    program = found.user_agent.family if found.user_agent else agent.split("/")[0].split(" ")[0]
    system = f" on {found.os.family}" if found.os else ""
    return f"{program}{system}"[:PROGRAM_MAX_LENGTH]


def trait_digest(user_id: int, trait: str) -> str:
    """Return the digest under which a trait is remembered: of this installation and this account only."""
    return salted_hmac(f"preferences.sign_ins.{user_id}", trait, algorithm="sha256").hexdigest()
