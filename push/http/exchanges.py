"""One request in progress on libcurl, with the part of its response that has arrived."""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pycurl
from django.utils.translation import gettext_noop

from push.http.failures import failure_sentence
from push.http.requests import Headers, HttpAnswer, HttpRequest, Lane
from workspace.outbound import Outbound, is_public, open_socket

# How many bytes of a response are read. Longer responses are cut off.
RESPONSE_LIMIT = 64 * 1024
# CURLE_HTTP2_STREAM, which pycurl does not name.
HTTP2_STREAM = 92
# The connection was interrupted or the server reset the stream: it is unknown whether the request was processed.
INTERRUPTED = {
    pycurl.E_SEND_ERROR,
    pycurl.E_RECV_ERROR,
    pycurl.E_GOT_NOTHING,
    pycurl.E_PARTIAL_FILE,
    pycurl.E_HTTP2,
    HTTP2_STREAM,
}

# The error of a request on a lane for public addresses only, if its host has another address.
NOT_PUBLIC = gettext_noop("The host is not on the public internet.")
# The error on any other lane for an address such as 169.254.169.254.
FORBIDDEN = gettext_noop("The host has a link-local address. Such addresses are never connected to.")
NOT_IN_HEADERS = "\r\n\0"

Done = Callable[[HttpAnswer], None]


class Exchange:
    """A libcurl handle with its buffers, set up once for its lane and reused for one request after another.

    `sent` is called each time a request is about to be sent.
    """

    def __init__(
        self,
        lane: Lane,
        outbound: Outbound,
        *,
        connect_timeout: float,
        total_timeout: float,
        sent: Callable[[Exchange], None],
    ) -> None:
        self.request: HttpRequest
        self.done: Done
        self.begun_at = 0.0
        self.tries = 0
        self.resent = 0
        self._has_other_method = False
        self._forbidden_error = ""
        self._public_only = lane.public_only
        self.handle: Any = pycurl.Curl()
        self._sent = sent
        self._lines: list[bytes] = []
        self._body = BytesIO()
        self._prepare(lane, outbound)
        self.handle.setopt(pycurl.CONNECTTIMEOUT_MS, int(connect_timeout * 1000))
        self.handle.setopt(pycurl.TIMEOUT_MS, int(total_timeout * 1000))

    def begin(self, request: HttpRequest, done: Done) -> None:
        """Prepare the handle for a request, so that it can be started.

        Raises ValueError or pycurl.error for an address or header that cannot be sent.
        """
        self.request, self.done = request, done
        self.tries = self.resent = 0
        self._forbidden_error = ""
        self.begun_at = time.monotonic()
        self._clear()
        headers = "".join(request.headers)
        if any(character in headers for character in NOT_IN_HEADERS):
            raise ValueError("a header holds a line break")
        self.handle.setopt(pycurl.URL, request.url)
        if request.method in ("GET", "DELETE"):
            self.handle.setopt(pycurl.HTTPGET, 1)
        else:
            self.handle.setopt(pycurl.POSTFIELDS, request.body)
        if request.method in ("PUT", "DELETE"):
            self.handle.setopt(pycurl.CUSTOMREQUEST, request.method)
            self._has_other_method = True
        elif self._has_other_method:
            self.handle.unsetopt(pycurl.CUSTOMREQUEST)
            self._has_other_method = False
        self.handle.setopt(pycurl.HTTPHEADER, ["Expect:", *request.headers])
        # Over TLS, wait for a connection that can carry several requests instead of opening one for each.
        self.handle.setopt(pycurl.PIPEWAIT, int(request.url.startswith("https:")))

    def succeeded(self) -> HttpAnswer:
        """Return the complete answer."""
        status = self.handle.getinfo(pycurl.RESPONSE_CODE)
        answer = HttpAnswer(status, Headers(tuple(self._lines)), self._body.getvalue(), tries=self.tries)
        self._clear()
        return answer

    def failed(self, code: int) -> HttpAnswer | None:
        """Return the answer for a request that failed or whose response was too long; None if it should be resent."""
        status = self.handle.getinfo(pycurl.RESPONSE_CODE)
        headers = Headers(tuple(self._lines))
        self._clear()
        if code == pycurl.E_WRITE_ERROR and status:
            return HttpAnswer(status, headers, tries=self.tries)
        if code in INTERRUPTED and self.tries and self.resent < self.request.resends:
            self.resent += 1
            return None
        return self.unanswered(self._forbidden_error or failure_sentence(code))

    def unanswered(self, error: str) -> HttpAnswer:
        """Return an answer that reports that the server did not respond."""
        return HttpAnswer(error=error, reached=self.tries > 0, tries=self.tries)

    def _prepare(self, lane: Lane, outbound: Outbound) -> None:
        handle = self.handle
        handle.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        handle.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS)
        handle.setopt(pycurl.FOLLOWLOCATION, 0)
        handle.setopt(pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2)
        handle.setopt(pycurl.SSL_VERIFYPEER, 1)
        handle.setopt(pycurl.SSL_VERIFYHOST, 2)
        handle.setopt(pycurl.CAINFO, outbound.ca_file)
        # Always set, because libcurl would otherwise use a proxy from the process's environment.
        handle.setopt(pycurl.PROXY, outbound.proxy)
        handle.setopt(pycurl.NOPROXY, outbound.no_proxy)
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.TCP_KEEPALIVE, 1)
        handle.setopt(pycurl.PREREQFUNCTION, self._about_to_send)
        handle.setopt(pycurl.HEADERFUNCTION, self._lines.append)
        handle.setopt(pycurl.WRITEFUNCTION, self._body_received)
        if lane.public_only and outbound.proxy:
            # Use the proxy for all connections, including hosts that are otherwise reached directly.
            handle.setopt(pycurl.NOPROXY, "")
        else:
            handle.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)
        if lane.certificate:
            handle.setopt(pycurl.SSLCERT_BLOB, lane.certificate.certificate.encode())
            handle.setopt(pycurl.SSLKEY_BLOB, lane.certificate.key.encode())
            handle.setopt(pycurl.SSLKEYPASSWD, lane.certificate.passphrase)

    def _about_to_send(self, *_addresses: Any) -> int:
        self.tries += 1
        if self.tries > 1:
            # Discard what an earlier try received.
            self._clear()
        self._sent(self)
        return int(pycurl.PREREQFUNC_OK)

    def _open_socket(self, purpose: int, address: Any) -> Any:
        """Return a socket for the address, or the value that makes libcurl fail if the address is not allowed."""
        if self._public_only and not is_public(address[3][0]):
            self._forbidden_error = NOT_PUBLIC
            return pycurl.SOCKET_BAD
        opened = open_socket(purpose, address)
        if opened is None:
            self._forbidden_error = FORBIDDEN
            return pycurl.SOCKET_BAD
        return opened

    def _body_received(self, data: bytes) -> int | None:
        """Store the data. Returning another number of bytes makes libcurl end the transfer."""
        if self._body.tell() + len(data) > RESPONSE_LIMIT:
            return 0
        self._body.write(data)
        return None

    def _clear(self) -> None:
        self._lines.clear()
        if self._body.tell():
            self._body.seek(0)
            self._body.truncate()
