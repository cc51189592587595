"""`callboard checkweb`: the health check of containers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from http import HTTPStatus
from http.client import HTTPConnection

from callboard.place import listen_address

SECONDS = 5.0
LIVE, READY = "/health/live", "/health/ready"


def check_web(options: Sequence[str]) -> int:
    """Request a health page from the web server on this machine; returns 0 if it reports success."""
    path = READY if "--ready" in options else LIVE
    try:
        status = status_of(path)
    except OSError as error:
        sys.stderr.write(f"The web server does not respond: {error}\n")
        return 1
    if status != HTTPStatus.OK:
        sys.stderr.write(f"{path} responds with {int(status)}.\n")
        return 1
    return 0


def status_of(path: str) -> int:
    """Request a page and return the status of the response; raises OSError if there is none."""
    host, port = listen_address()
    connection = HTTPConnection(reachable_address(host), int(port), timeout=SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def reachable_address(host: str) -> str:
    """Return the address at which this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (this is not an address to listen on)
