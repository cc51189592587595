"""Requests to identity providers: django-allauth makes them with `requests`, libcurl sends them.

libcurl applies the same rules as for other addresses that administrators enter: the proxy, the trusted authorities, and
connections to hosts on the public internet only, unless `SIGN_IN_PRIVATE_HOSTS` names the host.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pycurl
import requests
from django.conf import settings
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from workspace.database.connections import connections_release
from workspace.outbound import Descriptor, is_loopback, is_public, open_socket, outbound_current

# Seconds to connect, and for the whole response.
CONNECT_SECONDS, TOTAL_SECONDS = 3, 8
# Documents and keys of providers are a few kilobytes.
MAX_BYTES = 512 * 1024
HIDDEN = frozenset({"content-length", "accept-encoding", "connection"})


def safe_session() -> requests.Session:
    """Return a session that sends all requests through libcurl. It follows no redirects and ignores `.netrc`."""
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    session.adapters.clear()
    session.mount("https://", CurlAdapter())
    session.mount("http://", CurlAdapter())
    return session


class CurlAdapter(BaseAdapter):
    """Sends one request with libcurl."""

    def send(self, request: requests.PreparedRequest, *_args: Any, **_kwargs: Any) -> requests.Response:
        """Return the response; raises ConnectionError or Timeout."""
        is_listed = url_check(request)
        # A slow provider must not keep a database connection.
        connections_release()
        handle, received, headers = pycurl.Curl(), BytesIO(), CaseInsensitiveDict[str]()
        try:
            prepare(handle, request, is_listed=is_listed)
            handle.setopt(pycurl.WRITEFUNCTION, lambda data: write_limited(received, data))
            handle.setopt(pycurl.HEADERFUNCTION, lambda line: header_read(headers, line))
            handle.perform()
            status = handle.getinfo(pycurl.RESPONSE_CODE)
        except pycurl.error as error:
            kind = requests.Timeout if error.args[0] == pycurl.E_OPERATION_TIMEDOUT else requests.ConnectionError
            raise kind(f"libcurl error {error.args[0]}", request=request) from None
        finally:
            handle.close()
        return response_make(request, status, headers, received)

    def close(self) -> None:
        """There is nothing to close: each request has its own handle."""


def url_check(request: requests.PreparedRequest) -> bool:
    """Return True if the environment lists the host; raises ConnectionError for URLs that are never requested."""
    url = request.url or ""
    parts = urlsplit(url)
    if not url.isascii() or parts.username is not None or not parts.hostname:
        raise requests.ConnectionError("not a URL", request=request)
    is_listed = parts.netloc.lower() in settings.SIGN_IN_PRIVATE_HOSTS
    if parts.scheme != "https" and not (is_listed and is_loopback(parts.hostname)):
        raise requests.ConnectionError("not https", request=request)
    if settings.OUTBOUND_PROXY and not is_listed and not resolves_to_public(parts.hostname, parts.port or 443):
        raise requests.ConnectionError("not on the public internet", request=request)
    return is_listed


def resolves_to_public(host: str, port: int) -> bool:
    """Return False if the name stands for a private address, which a proxy would also reach."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        # Names outside may be the proxy's to resolve.
        return True
    return all(is_public(str(address[0])) for *_kind, address in addresses)


def prepare(handle: Any, request: requests.PreparedRequest, *, is_listed: bool) -> None:
    """Set the options of the request."""
    outbound = outbound_current()
    handle.setopt(pycurl.URL, request.url)
    handle.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    handle.setopt(pycurl.FOLLOWLOCATION, 0)
    handle.setopt(pycurl.CAINFO, outbound.ca_file)
    handle.setopt(pycurl.PROXY, outbound.proxy)
    handle.setopt(pycurl.NOPROXY, outbound.no_proxy if is_listed else "")
    if is_listed:
        handle.setopt(pycurl.OPENSOCKETFUNCTION, open_socket)
    elif not outbound.proxy:
        handle.setopt(pycurl.OPENSOCKETFUNCTION, open_public_socket)
    handle.setopt(pycurl.MAXFILESIZE, MAX_BYTES)
    handle.setopt(pycurl.NOSIGNAL, 1)
    handle.setopt(pycurl.CONNECTTIMEOUT, CONNECT_SECONDS)
    handle.setopt(pycurl.TIMEOUT, TOTAL_SECONDS)
    handle.setopt(pycurl.HTTPHEADER, header_lines(request.headers))
    if request.method == "POST":
        body = request.body or b""
        handle.setopt(pycurl.POSTFIELDS, body)


def header_lines(headers: Mapping[str, str | bytes]) -> list[str]:
    """Return the headers for libcurl, which sets some itself."""
    texts = {name: value.decode("latin-1") if isinstance(value, bytes) else value for name, value in headers.items()}
    return [f"{name}: {value}" for name, value in texts.items() if name.lower() not in HIDDEN]


def open_public_socket(_purpose: int, address: Any) -> Any:
    """Open a socket for libcurl, if the address is on the public internet."""
    family, kind, protocol, place = address
    return Descriptor(family, kind, protocol) if is_public(place[0]) else pycurl.SOCKET_BAD


def write_limited(received: BytesIO, data: bytes) -> int | None:
    """Store a part of the response; end it if it is too large."""
    if received.tell() + len(data) > MAX_BYTES:
        return 0
    received.write(data)
    return None


def header_read(headers: CaseInsensitiveDict[str], line: bytes) -> None:
    """Store a header of the response."""
    name, colon, value = line.decode("latin-1").partition(":")
    if colon:
        headers[name.strip()] = value.strip()


def response_make(
    request: requests.PreparedRequest, status: int, headers: CaseInsensitiveDict[str], received: BytesIO
) -> requests.Response:
    """Return the response in the form of `requests`. A redirect is no valid answer, so it loses its target."""
    response = requests.Response()
    response.status_code = status
    response.headers = headers
    response.headers.pop("location", None)
    response.url = request.url or ""
    response.request = request
    response.encoding = "utf-8"
    response.raw = received
    received.seek(0)
    return response
