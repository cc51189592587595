"""uvicorn's HTTP protocol with additional limits: slow request headers, and clients that do not read the response.

Use it with `uvicorn --http workspace.server.protocol:BoundedProtocol`. It also sets the protocol of web sockets, so
`--ws` and its options have no effect.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol

from workspace.server.socket_protocol import BoundedSocketProtocol, sockets_configure

# Seconds for all headers of a request, from the connection or the end of the previous request.
HEADER_SECONDS = 15.0
# Seconds that a client may accept no data while a response is being sent.
WRITE_SECONDS = 30.0
TOO_SLOW = b"The request's headers did not arrive in time"


class BoundedProtocol(H11Protocol):
    """Closes connections of clients that do not send their headers or do not read the response."""

    _header_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None

    def __init__(self, config: Config, *arguments: Any, **options: Any) -> None:
        super().__init__(config, *arguments, **options)
        sockets_configure(config)
        self.ws_protocol_class = BoundedSocketProtocol

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_headers()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch_headers()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._stop_timers()
        super().handle_websocket_upgrade(event)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_writing()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.transport.is_closing():
            self._stop_write_timer()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._watch_writing()

    def _watch_headers(self) -> None:
        """Run the timer exactly while headers are expected."""
        if self.transport.get_protocol() is not self:
            # The connection was upgraded to a WebSocket.
            return
        if self.transport.is_closing():
            self._stop_header_timer()
            self._watch_writing()
        elif self.cycle is not None and not self.cycle.response_complete:
            self._stop_header_timer()
        elif self._header_timer is None:
            self._header_timer = self.loop.call_later(HEADER_SECONDS, self._headers_late)

    def _watch_writing(self) -> None:
        """Abort the connection unless the client reads the pending data, also while it is being closed."""
        if self._write_timer is None:
            self._write_timer = self.loop.call_later(WRITE_SECONDS, self.transport.abort)

    def _headers_late(self) -> None:
        self._header_timer = None
        if self.transport.is_closing():
            return
        has_begun = bool(self.conn.trailing_data[0])
        if has_begun and self.conn.our_state is h11.IDLE:
            headers = [("content-type", "text/plain"), ("content-length", str(len(TOO_SLOW))), ("connection", "close")]
            events: list[Any] = [
                h11.Response(status_code=408, headers=headers, reason=b"Request Timeout"),
                h11.Data(data=TOO_SLOW),
                h11.EndOfMessage(),
            ]
            for event in events:
                self.transport.write(self.conn.send(event))
        self.transport.close()
        self._watch_writing()

    def _stop_timers(self) -> None:
        self._stop_header_timer()
        self._stop_write_timer()

    def _stop_header_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
