"""uvicorn's web-socket protocol, with bounds for memory and for clients that do not read."""

from __future__ import annotations

import asyncio

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from workspace.ddp.limits import MESSAGE_BYTES

# Seconds that a client may accept no data while something is sent, or while the connection is being closed.
WRITE_SECONDS = 30.0


def sockets_configure(config: Config) -> None:
    """Set uvicorn's options for web sockets.

    The buffers of compression (44 KB for each socket) would take more memory than an idle socket. Clients are pinged by
    the protocol above (DDP), so pings of the web socket's own are not needed.
    """
    config.ws_max_size = MESSAGE_BYTES
    config.ws_per_message_deflate = False
    config.ws_ping_interval = None


class BoundedSocketProtocol(WebSocketsSansIOProtocol):
    """Aborts the connection to a client that does not read."""

    _write_timer: asyncio.TimerHandle | None = None

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
