"""What the messages of sockets do: methods, and subscriptions to streams."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from weakref import WeakKeyDictionary

from workspace.api.methods.ejson import ejson_text
from workspace.api.methods.errors import MeteorError
from workspace.database.threads import Batcher
from workspace.ddp import limits
from workspace.ddp.calls import CallConnection, SignedOutError, TooManySocketsError, in_methods, in_sign_in, run_method
from workspace.ddp.session import Close, Session
from workspace.ddp.sign_in import SignedIn, resume_all
from workspace.ddp.sockets import Sockets
from workspace.errors import ApplicationError, SignInError

# Signing in hashes a password; all other methods only use the database.
SLOW_METHODS = ("login",)
LOGGED_OUT = "You've been logged out by the server. Please log in again."
USERS = "users"
# Publications that clients subscribe to when they start, and that have no documents here: there are no external
# services to sign in with, and no versions of a web client.
SILENT_PUBLICATIONS = frozenset({"meteor.loginServiceConfiguration", "meteor_autoupdate_clientVersions"})


class SubscriptionNotFoundError(MeteorError):
    """There is no stream or publication with this name."""

    number = 404

    def __init__(self, name: str) -> None:
        super().__init__(f"Subscription '{name[:100]}' not found")


class TooManySubscriptionsError(ApplicationError):
    """The socket has as many subscriptions as are allowed."""

    def __init__(self) -> None:
        sentence = "This connection has too many subscriptions"
        super().__init__("error-too-many-subscriptions", sentence, status=429)


class Handlers:
    """Handles the messages of all sockets of an event loop."""

    def __init__(self, sockets: Sockets) -> None:
        self.sockets = sockets
        # After a restart, all clients sign in at once with their tokens.
        self._resuming = Batcher[str, "SignedIn | None"](resume_all, in_methods, few=0)

    async def call(self, session: Session, name: str, params: list[Any]) -> str | None:
        """Return the result of a method as EJSON; None if it has none."""
        token = resumed_token(name, params)
        if token is not None:
            return await self._resume(session, token)
        connection = CallConnection(session.client, session.user_id, self.sockets.is_full)
        run = in_sign_in if name in SLOW_METHODS else in_methods
        try:
            result = await run(run_method, name, params, session.sign_in, session.scope, connection, time.monotonic())
        except SignedOutError:
            session.close(Close.POLICY, "Signed out")
            raise
        if connection.has_signed_out:
            self._sign_out(session)
        if connection.sign_in is not None:
            self._sign_in(session, connection.sign_in)
        if connection.in_use is not None:
            session.in_use = connection.in_use
        return result

    async def _resume(self, session: Session, token: str) -> str:
        (signed_in,) = await self._resuming.put([token])
        if signed_in is None:
            raise SignInError(message=LOGGED_OUT)
        self._sign_in(session, signed_in)
        sign_in = signed_in.sign_in
        return ejson_text(
            {"id": sign_in.public_id, "token": token, "tokenExpires": signed_in.expires, "type": "resume"}
        )

    def _sign_in(self, session: Session, signed_in: SignedIn) -> None:
        """Sign a socket in, and send the client its own account. Raises TooManySocketsError."""
        if session.sign_in == signed_in.sign_in:
            return
        if self.sockets.is_full(signed_in.sign_in.user_id):
            raise TooManySocketsError()
        if session.sign_in is not None:
            self._sign_out(session)
        self.sockets.sign_in(session, signed_in.sign_in)
        session.send(msg="added", collection=USERS, id=signed_in.sign_in.public_id, fields=signed_in.fields)

    def _sign_out(self, session: Session) -> None:
        """Sign a socket out. It stays open, without its subscriptions."""
        if session.sign_in is None:
            return
        session.send(msg="removed", collection=USERS, id=session.sign_in.public_id)
        self.sockets.sign_out(session)

    async def close(self, session: Session, *, is_stopping: bool) -> None:
        """Forget a socket that has been closed."""
        session.subscriptions.clear()
        await self.sockets.close(session, is_stopping=is_stopping)

    async def subscribe(self, session: Session, key: str, name: str, params: list[Any]) -> None:
        """Start a subscription, and report it as ready."""
        if key in session.subscriptions:
            # Clients repeat subscriptions when they reconnect.
            return
        if len(session.subscriptions) >= limits.SUBSCRIPTIONS:
            raise TooManySubscriptionsError()
        if name not in SILENT_PUBLICATIONS:
            raise SubscriptionNotFoundError(name)
        session.subscriptions[key] = (name, "")
        session.send(msg="ready", subs=[key])

    def unsubscribe(self, session: Session, key: str) -> None:
        """End a subscription, if there is one."""
        session.subscriptions.pop(key, None)


def resumed_token(name: str, params: list[Any]) -> str | None:
    """Return the token of a call that signs in with one, None for all other calls."""
    if name != "login" or len(params) != 1 or not isinstance(params[0], dict):
        return None
    token = params[0].get("resume")
    return token if isinstance(token, str) else None


all_handlers: WeakKeyDictionary[asyncio.AbstractEventLoop, Handlers] = WeakKeyDictionary()


def current_handlers() -> Handlers:
    """Return the handlers of the running event loop."""
    loop = asyncio.get_running_loop()
    return all_handlers.get(loop) or all_handlers.setdefault(loop, Handlers(Sockets()))
