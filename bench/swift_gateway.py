"""A push gateway that accepts everything as fast as one process can. It is only for benchmarks.

    .venv/bin/python bench/swift_gateway.py

Prints its port; with any argument also a line per request: arrival time (monotonic clock), token and text.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
# It does not announce the features of newer gateways.
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
TELLS = "tell" in sys.argv
DELAY = next((float(argument.removeprefix("delay=")) for argument in sys.argv if argument.startswith("delay=")), 0.0)


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
                self.transport.write(NOT_FOUND)
                continue
            start = head.index(b"content-length:") + 15
            length = int(head[start:].split(b"\r\n", 1)[0])
            if len(self.arrived) < end + 4 + length:
                return
            body, self.arrived = self.arrived[end + 4 : end + 4 + length], self.arrived[end + 4 + length :]
            asyncio.get_running_loop().call_later(DELAY, self.transport.write, ANSWER)
            if TELLS:
                content = json.loads(body)
                print(time.monotonic(), content["token"], content["options"]["text"], flush=True)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
