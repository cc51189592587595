"""The program and the address of a client, as reported by its requests."""

from __future__ import annotations

import re
from ipaddress import ip_address

from ua_parser import parse

# The User-Agent of the Rocket.Chat mobile app: its operating system, then its version.
MOBILE_APP = re.compile(r"RC Mobile; (ios|android)\b", re.IGNORECASE)
SYSTEMS = {"ios": "iOS", "android": "Android"}
AGENT_MAX_LENGTH = 1000
PROGRAM_MAX_LENGTH = 120


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
