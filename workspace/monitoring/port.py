"""The monitoring port (`METRICS_PORT`): metrics and health of this host, for a network that only monitoring reaches.

A worker has no other port. If several processes of a host are given the same one, the first of them serves it, and
another takes over when it ends: each can answer for all.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from workspace.logs.events import LogEvent
from workspace.monitoring.site import TEXT, MonitoringSite, respond

PORT_REQUEST_FAILED = LogEvent(
    "monitoring.request_failed",
    "A request to the monitoring port failed.",
    level=logging.DEBUG,
)
PORT_CLOSED = LogEvent(
    "monitoring.port_not_opened",
    "The monitoring port cannot be opened.",
    {"problem": "the error"},
    logging.WARNING,
)

# Seconds until a port in use is tried again.
RETRY_SECONDS = 5.0
# Seconds that a client may take for its request.
CLIENT_SECONDS = 10.0


async def nothing_else(scope: Any, _receive: Any, send: Any) -> None:
    """Answer that there is no such page."""
    await respond(scope, send, 404, b"", TEXT)


class MonitoringHandler(BaseHTTPRequestHandler):
    """Answers requests to the port like the site does."""

    timeout = CLIENT_SECONDS
    site: MonitoringSite
    server_version, sys_version = "Callboard", ""

    def do_GET(self) -> None:
        """Pass the request to the monitoring site, and send its response."""
        address = urlsplit(self.path)
        scope = {
            "type": "http",
            "method": self.command,
            "path": address.path,
            "query_string": address.query.encode("latin-1", "replace"),
            "headers": [
                (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()
            ],
            "root_path": "",
        }
        asyncio.run(self.site(scope, None, self._forward))

    def do_HEAD(self) -> None:
        """Send only the headers."""
        self.do_GET()

    async def _forward(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.send_response(message["status"])
            for name, value in message["headers"]:
                self.send_header(name.decode(), value.decode("latin-1"))
            self.end_headers()
        else:
            self.wfile.write(message["body"])

    def log_message(self, format: str, *arguments: Any) -> None:
        """Log nothing: probes and scrapes are noise."""


class MonitoringServer(ThreadingHTTPServer):
    """The server of the port."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log a failed request, such as of a client that closed its connection, in one line."""
        PORT_REQUEST_FAILED.exception()


def port_serve() -> None:
    """Serve the port until the process ends. Waits as long as another process has it."""
    handler = type("Handler", (MonitoringHandler,), {"site": MonitoringSite(nothing_else, is_own_port=True)})
    while True:
        try:
            with MonitoringServer((settings.METRICS_HOST, settings.METRICS_PORT), handler) as server:
                server.serve_forever()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                PORT_CLOSED.log(problem=error.strerror)
        time.sleep(RETRY_SECONDS)
