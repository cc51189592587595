"""The Channels consumers of web sockets."""

from __future__ import annotations

from typing import Any

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from workspace.ddp.calls import request_of
from workspace.ddp.frames import Framing
from workspace.ddp.handlers import current_handlers
from workspace.ddp.messages import Close
from workspace.ddp.refusals import refuse
from workspace.ddp.session import Session
from workspace.services.known_clients import client_address


class DdpConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """A web socket that speaks DDP."""

    framing = Framing.RAW
    session: Session | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle the ASGI messages of a socket.

        Channels itself would also listen to a channel layer, with two more tasks for each socket, and use a thread for
        each message to close database connections. Here, events come from the fan-out, and database threads are
        separate.
        """
        self.scope, self.base_send = scope, send
        try:
            while True:
                message = await receive()
                await getattr(self, get_handler_name(message))(message)
        except StopConsumer:
            pass
        finally:
            await self._leave()

    async def connect(self) -> None:
        """Accept the socket, unless its address has too many."""
        handlers = current_handlers()
        address = client_address(request_of(self.scope)) or ""
        if not handlers.sockets.has_room(address):
            await refuse(self.scope, self.base_send, 429, "Too many connections from this address have not signed in")
            return
        await self.accept()
        self.session = Session(self.scope, self.base_send, handlers, address=address, framing=self.framing)
        handlers.sockets.open(self.session)
        self.session.begin()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Handle a text from the client. DDP has no binary ones."""
        assert self.session is not None
        if text_data is None:
            self.session.close(Close.UNSUPPORTED, "Messages are texts")
        else:
            await self.session.receive(text_data)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        await self._leave(is_stopping=message.get("code") == Close.RESTART)
        raise StopConsumer

    async def _leave(self, *, is_stopping: bool = False) -> None:
        """Remove the session of this socket, once."""
        session, self.session = self.session, None
        if session is not None:
            await current_handlers().close(session, is_stopping=is_stopping)


class SockJsConsumer(DdpConsumer):
    """A web socket that speaks DDP in the envelope of SockJS, as Meteor's own clients do."""

    framing = Framing.SOCKJS
