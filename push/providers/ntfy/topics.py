"""Addresses of topics, and the routes to their servers.

Source: ntfy, "Publishing" (https://docs.ntfy.sh/publish/) and its OpenAPI description: a topic is 1 to 64 letters,
digits, hyphens and underscores. Servers answer at the root of their host.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import SplitResult, urlsplit
from zlib import crc32

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from push.http.requests import origin_of
from push.models import EndReason
from push.providers.endpoints import EndpointError, endpoint_check, endpoint_split
from push.providers.fingerprints import digest
from push.providers.routes import Route
from push.providers.tokens import TokenError
from push.selectors.provider_values import provider_values
from workspace.errors import ApplicationError

KIND = "ntfy"
DEFAULT_SERVER = "https://ntfy.sh"
TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
# What a header can carry (RFC 6750, 2.1).
ACCESS_TOKEN = re.compile(r"[-A-Za-z0-9._~+/=]+")
OTHER_LANES = 8


@dataclass(frozen=True, slots=True)
class NtfyServer:
    """The workspace's server, and the access token that only this server is sent."""

    address: str
    access_token: str = field(default="", repr=False)


def topic_address_check(text: str) -> str:
    """Return the address of a topic in its canonical form; raises TokenError for anything else."""
    address = text.strip()
    try:
        parts = endpoint_split(address)
    except EndpointError as error:
        raise TokenError(error.message) from error
    topic = parts.path.strip("/")
    if parts.query or not TOPIC.fullmatch(topic):
        raise TokenError(_("Enter the name of a topic, or its address such as https://ntfy.sh/my-topic."))
    return f"{parts.scheme}://{parts.netloc.lower()}/{topic}"


def topic_split(address: str) -> tuple[SplitResult, str]:
    """Return the parts of a topic's address, and the topic. Raises EndpointError if it may not be sent to."""
    parts = endpoint_split(address)
    return parts, parts.path.strip("/")


def topic_address(text: str) -> str:
    """Return the address of the topic that a person entered: by its name, on the workspace's server, or by address."""
    if TOPIC.fullmatch(text):
        return f"{(server_current() or NtfyServer(DEFAULT_SERVER)).address}/{text}"
    return topic_address_check(text)


def topic_accept(address: str) -> None:
    """Raise an ApplicationError if ntfy is turned off, or if the address is not on the public internet."""
    if server_current() is None:
        raise ApplicationError("error-provider-off", str(EndReason.PROVIDER_OFF.label))
    endpoint_check(address)


def server_current() -> NtfyServer | None:
    """Return the workspace's server; None if ntfy is turned off."""
    values = provider_values(KIND)
    if values is None:
        return None
    return NtfyServer(origin_of(values.get("server") or DEFAULT_SERVER).lower(), values.get("access_token", ""))


def own_route() -> Callable[[str], Route] | EndReason:
    """Return the function that makes the route to a topic, or the reason why there is none."""
    server = server_current()
    return EndReason.PROVIDER_OFF if server is None else partial(topic_route, server=server)


def topic_route(address: str, *, server: NtfyServer) -> Route:
    """Return the route to a topic, by default to the workspace's server.

    Topics on servers that people chose share some lanes: an unresponsive one delays only those in its own. Their
    routes do not contain the access token.
    """
    if not address or origin_of(address) == server.address:
        return Route(KIND, server, digest(server.address, server.access_token))
    lane = f"other-{crc32((urlsplit(address).hostname or '').encode()) % OTHER_LANES}"
    return Route(KIND, NtfyServer(server.address), digest(lane), lane=lane)


def server_validate(text: str) -> None:
    """Raise ValidationError unless the text is the address of a server that may be sent to."""
    try:
        parts = endpoint_split(text)
        if parts.path.strip("/") or parts.query:
            raise ValidationError(_("Enter the server's address without a path, such as https://ntfy.example.com."))
        endpoint_check(text)
    except EndpointError as error:
        raise ValidationError(error.message) from error


def access_token_validate(text: str) -> None:
    """Raise ValidationError unless the text can be an access token."""
    if not ACCESS_TOKEN.fullmatch(text):
        raise ValidationError(
            _("An access token consists of letters and digits, such as tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2.")
        )
