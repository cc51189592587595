"""A connection of one client to an HTTP/2 fake."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings
from hyperframe.frame import GoAwayFrame

from tests.fakes.scripting import Reply, Request

if TYPE_CHECKING:
    from tests.fakes.http2 import Http2Server

# Long enough for a client on a busy machine. The client closes the connection itself after the last response.
LINGER_SECONDS = 3.0


class LenientConnection(h2.connection.H2Connection):
    """Does not close the connection when a client opens too many streams: the fake refuses them one by one.

    A client cannot know the limit before it receives the server's settings.
    """

    @property
    def open_inbound_streams(self) -> int:
        return 0


class Connection(asyncio.Protocol):
    """A client's connection."""

    def __init__(self, server: Http2Server) -> None:
        self.open = False
        self._server = server
        self._leaving = False
        self._requests: dict[int, tuple[list[tuple[str, str]], bytearray]] = {}
        self._arrived = 0
        self._in_flight: set[int] = set()
        self._memory: dict[str, Any] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.open = True
        self._transport = transport
        self._certificate = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        self._server.connections.append(self)
        self._number = len(self._server.connections)
        config = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        self._h2 = LenientConnection(config)
        settings = {
            h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: self._server.faults.streams,
            h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 1 << 20,
        }
        self._h2.local_settings = h2.settings.Settings(client=False, initial_values=settings)
        self._h2.initiate_connection()
        self._h2.increment_flow_control_window(1 << 28)
        self._flush()

    def connection_lost(self, error: Exception | None) -> None:
        self.open = False
        self._server.changed()

    def data_received(self, data: bytes) -> None:
        try:
            events = self._h2.receive_data(data)
        except h2.exceptions.ProtocolError:
            self._flush()
            self._transport.close()
            return
        for event in events:
            self._event(event)
        self._flush()

    def cut(self) -> None:
        """Close the connection without warning."""
        self.open = False
        self._transport.abort()

    def leave(self) -> None:
        """Accept no further requests, and close when the running ones are answered."""
        if self._leaving or not self.open:
            return
        self._leaving = True
        frame = GoAwayFrame(stream_id=0)
        frame.last_stream_id = max([*self._requests, *self._in_flight, self._last], default=0)
        frame.error_code = h2.errors.ErrorCodes.NO_ERROR
        self._flush()
        self._transport.write(frame.serialize())
        self._close_if_done()

    _last = 0

    def _event(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RequestReceived) and not self._leaving:
            assert event.stream_id is not None
            if len(self._requests) + len(self._in_flight) >= self._server.faults.streams:
                self._h2.reset_stream(event.stream_id, h2.errors.ErrorCodes.REFUSED_STREAM)
                return
            self._requests[event.stream_id] = ([(str(name), str(value)) for name, value in event.headers], bytearray())
        elif isinstance(event, h2.events.DataReceived) and event.stream_id in self._requests:
            self._requests[event.stream_id][1].extend(event.data)
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded) and event.stream_id in self._requests:
            self._request_arrived(event.stream_id)
        elif isinstance(event, h2.events.StreamReset):
            self._requests.pop(event.stream_id or 0, None)
            self._in_flight.discard(event.stream_id or 0)

    def _request_arrived(self, stream: int) -> None:
        headers, body = self._requests.pop(stream)
        faults = self._server.faults
        self._arrived += 1
        self._last = stream
        if faults.cut_after and self._arrived >= faults.cut_after:
            self.cut()
            return
        pseudo = dict(headers)
        request = Request(
            pseudo[":method"], pseudo[":path"], headers, bytes(body), self._number, self._certificate, self._memory
        )
        self._in_flight.add(stream)
        reply = self._server.reply_to(request)
        if reply.delay or reply.hold:
            task = asyncio.get_running_loop().create_task(self._answer_later(stream, request, reply))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._answer(stream, request, reply)
        if faults.goaway_after and self._arrived >= faults.goaway_after:
            self.leave()

    async def _answer_later(self, stream: int, request: Request, reply: Reply) -> None:
        await asyncio.sleep(reply.delay)
        while reply.hold and not reply.hold.is_set():
            await asyncio.sleep(0.005)
        self._answer(stream, request, reply)
        self._flush()

    def _answer(self, stream: int, request: Request, reply: Reply) -> None:
        if reply.cut != "before" and reply.reset is None:
            self._server.carried_out(request, reply)
        if reply.cut:
            self.cut()
        elif self.open and stream in self._in_flight:
            self._in_flight.discard(stream)
            self._write(stream, reply)
            self._flush()
            self._close_if_done()

    def _write(self, stream: int, reply: Reply) -> None:
        if reply.reset is not None:
            self._h2.reset_stream(stream, reply.reset)
            return
        body = b"" if reply.body is None else json.dumps(reply.body).encode()
        headers = [(":status", str(reply.status)), *reply.headers.items()]
        if body:
            headers.append(("content-type", "application/json"))
        self._h2.send_headers(stream, headers, end_stream=not body)
        if body:
            self._h2.send_data(stream, body, end_stream=True)

    def _flush(self) -> None:
        if data := self._h2.data_to_send():
            self._transport.write(data)

    def _close_if_done(self) -> None:
        if self._leaving and not self._in_flight and not self._requests:
            self._flush()
            # Read what the client is still sending. Otherwise the system would discard responses in transit.
            asyncio.get_running_loop().call_later(LINGER_SECONDS, self._transport.close)
