"""A push gateway with the troubles of real ones. It is only for benchmarks.

    .venv/bin/python bench/flaky_gateway.py LOG

Prints its port. SIGUSR1 makes it refuse every push with 503, SIGUSR2 makes it silent (it reads and does not respond),
and SIGHUP makes it healthy again. One device in a hundred has no app any more (406). LOG receives a line per push:
time, identity, token, status (0: none) and text.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from pathlib import Path

OK, REFUSED, REMOVED, SILENT = 200, 503, 406, 0
# Seconds that a healthy gateway needs to respond.
DELAY = 0.02
ANSWERS = {
    OK: b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    REFUSED: b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
    REMOVED: b"HTTP/1.1 406 Not Acceptable\r\nContent-Length: 0\r\n\r\n",
    # It does not announce the features of newer gateways.
    404: b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
}
REMOVED_SHARE = 100
mode = OK


def mode_set(value: int) -> None:
    """Change how the gateway responds."""
    global mode
    mode = value


def is_removed(token: str) -> bool:
    """Return True if the app was removed from the device with this token."""
    return int(token, 16) % REMOVED_SHARE == 0


class Connection(asyncio.Protocol):
    """A client's connection, with the part of a request that has arrived."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.arrived = b""

    def data_received(self, data: bytes) -> None:
        self.arrived += data
        while (end := self.arrived.find(b"\r\n\r\n")) >= 0:
            head = self.arrived[:end].lower()
            if head.startswith(b"get "):
                self.arrived = self.arrived[end + 4 :]
                self.transport.write(ANSWERS[404])
                continue
            start = head.index(b"content-length:") + 15
            length = int(head[start:].split(b"\r\n", 1)[0])
            if len(self.arrived) < end + 4 + length:
                return
            body, self.arrived = self.arrived[end + 4 : end + 4 + length], self.arrived[end + 4 + length :]
            self.push_answer(json.loads(body))

    def push_answer(self, content: dict[str, dict[str, str]]) -> None:
        """Respond to a push, and log it."""
        token = str(content["token"])
        status = REMOVED if mode == OK and is_removed(token) else mode
        options = content["options"]
        print(time.time(), options["identity"], token, status, options.get("text", ""), file=log, flush=True)
        if status != SILENT:
            asyncio.get_running_loop().call_later(DELAY, self.transport.write, ANSWERS[status])


async def main() -> None:
    loop = asyncio.get_running_loop()
    for number, value in ((signal.SIGUSR1, REFUSED), (signal.SIGUSR2, SILENT), (signal.SIGHUP, OK)):
        loop.add_signal_handler(number, mode_set, value)
    server = await loop.create_server(Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w") as log:
        asyncio.run(main())
