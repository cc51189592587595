"""`callboard runweb`: the web server."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import uvicorn
from django.core.exceptions import ImproperlyConfigured

from callboard.place import SITE, listen_address

OPTIONS = [
    # Requests are not logged: URLs contain secrets, such as a gateway's key or the token of a link in an e-mail.
    *("--log-level", "warning", "--no-server-header"),
    # Limits on slow clients.
    *("--http", "workspace.server.protocol:BoundedProtocol"),
]


def run_web(options: Sequence[str]) -> int:
    """Serve the site with uvicorn, which accepts further options, until a signal arrives."""
    host, port = listen_address()
    words = ["workspace.config.asgi:application", "--app-dir", str(SITE), "--host", host, "--port", port, *OPTIONS]
    try:
        uvicorn.main([*words, *options], prog_name="callboard runweb")
    except ImproperlyConfigured as error:
        sys.exit(f"Callboard cannot start: {error}")
    return 0
