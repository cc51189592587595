"""Which URLs from outside may be requested (protection against server-side request forgery).

A client that registers a web push endpoint chooses where this server sends requests. So an endpoint must be an
https URL of a host on the public internet. The URL is checked when it is registered; the addresses of its host are
checked then and at every connection (push/http/exchanges.py).
"""

from __future__ import annotations

import socket
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from workspace.errors import ApplicationError
from workspace.outbound import is_loopback, is_public

ENDPOINT_MAX_LENGTH = 2048
# Ports of push services; any other port probably belongs to another service.
PORTS = (443, 8443)


class EndpointError(ApplicationError):
    """An endpoint that is not allowed; the message contains the reason."""

    def __init__(self, message: str) -> None:
        super().__init__("error-endpoint-not-allowed", message)


def endpoint_check(url: str) -> None:
    """Raise EndpointError unless a push service at this address may be sent to; resolves its host's name."""
    parts = endpoint_split(url)
    if not is_trusted(parts):
        resolved_check(parts)


def endpoint_split(url: str) -> SplitResult:
    """Return the parts of an endpoint; raises EndpointError for an address that is spelt as none may be."""
    if len(url) > ENDPOINT_MAX_LENGTH or not url.isascii() or any(not character.isprintable() for character in url):
        raise EndpointError(_("The endpoint is not a URL."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise EndpointError(_("The endpoint is not a URL.")) from error
    # A backslash or space is read differently by different libraries: what is checked must be what is called.
    if not parts.hostname or parts.username is not None or parts.fragment or set(url) & set(' \\<>"^`{|}'):
        raise EndpointError(_("The endpoint is not a URL."))
    if is_trusted(parts):
        return parts
    if parts.scheme != "https":
        raise EndpointError(_("The endpoint must begin with https://."))
    if (443 if port is None else port) not in PORTS:
        raise EndpointError(_("The endpoint's port must be %(ports)s.") % {"ports": _(" or ").join(map(str, PORTS))})
    return parts


def is_trusted(parts: SplitResult) -> bool:
    """Return whether the operator has named this host (`WEB_PUSH_PRIVATE_HOSTS`), which may then be a private one.

    Without TLS only loopback hosts of a sandbox installation are.
    """
    if parts.netloc.lower() not in settings.WEB_PUSH_PRIVATE_HOSTS:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and settings.SANDBOX and is_loopback(parts.hostname))


def resolved_check(parts: SplitResult) -> None:
    """Raise EndpointError unless every address that the host's name stands for is a public one."""
    try:
        addresses = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        if settings.OUTBOUND_PROXY:
            # Names outside may be the proxy's to find.
            return
        raise EndpointError(_("The endpoint's host cannot be found.")) from error
    if not all(is_public(str(place[0])) for *_kind, place in addresses):
        raise EndpointError(
            _(
                "The endpoint's host is not on the public internet. If it is in your own network, an operator can list "
                "it in WEB_PUSH_PRIVATE_HOSTS."
            )
        )


def proxied_check(parts: SplitResult) -> None:
    """Do before each request what cannot be done at its connection when a proxy makes that; see above for the errors.

    What the proxy itself connects to is for its own rules to bound (docs/web-push.md).
    """
    if settings.OUTBOUND_PROXY and not is_trusted(parts):
        resolved_check(parts)
