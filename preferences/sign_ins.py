"""The traits of a sign-in: the program with its operating system, and the network of the address."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from workspace.security.client_traits import address_of, program_of

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


def trait_digest(user_id: int, trait: str) -> str:
    """Return the digest under which a trait is stored. It is keyed by installation and account."""
    return salted_hmac(f"preferences.sign_ins.{user_id}", trait, algorithm="sha256").hexdigest()
