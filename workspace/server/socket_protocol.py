"""uvicorn's web-socket protocol, with bounds for memory and for clients that do not read."""

from __future__ import annotations

import asyncio

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from workspace.ddp.limits import MESSAGE_BYTES

# Seconds that a client may accept no data while something is sent, or while the connection is being closed.
WRITE_SECONDS = 30.0
# Seconds in which a client whose message was rejected may still send before the connection is closed.
LINGER_SECONDS = 5.0


def sockets_configure(config: Config) -> None:
    """Set uvicorn's options for web sockets.

    The buffers of compression (44 KB for each socket) would take more memory than an idle socket. Clients are pinged by
    the protocol above (DDP), so pings of the web socket's own are not needed.
    """
    config.ws_max_size = MESSAGE_BYTES
    config.ws_per_message_deflate = False
    config.ws_ping_interval = None


class BoundedSocketProtocol(WebSocketsSansIOProtocol):
    """Aborts the connection to a client that does not read, and lets a rejected one read why."""

    _write_timer: asyncio.TimerHandle | None = None
    _is_lingering = False

    def start_keepalive(self) -> None:
        """Forget the handshake, which has just been completed: idle sockets should be small."""
        super().start_keepalive()
        del self.request, self.response

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_writing()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.transport.is_closing():
            self._stop_write_timer()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        if not self.disconnected:
            self._watch_writing()

    def data_received(self, data: bytes) -> None:
        if not self._is_lingering:
            super().data_received(data)

    def handle_parser_exception(self) -> None:
        """Close the socket after a message that is too large or invalid.

        The rest of the message may still arrive. If the connection were closed with data that nobody has read, TCP
        would reset it, and the client might lose the close frame with the code.
        """
        assert self.conn.close_sent is not None
        self._is_lingering = self.close_sent = True
        code, reason = self.conn.close_sent.code, self.conn.close_sent.reason
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_write_timer()
        super().connection_lost(exc)

    def _watch_writing(self) -> None:
        if self._write_timer is None:
            self._write_timer = self.loop.call_later(WRITE_SECONDS, self.transport.abort)

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
