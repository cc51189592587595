"""What the messages of sockets do: methods, and subscriptions to streams."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any
from weakref import WeakKeyDictionary

from workspace.api.methods.ejson import ejson_text
from workspace.api.methods.errors import MatchError, MeteorError
from workspace.api.methods.registry import hashes_password
from workspace.database.threads import Batcher
from workspace.ddp import limits
from workspace.ddp.calls import CallConnection, TooManySocketsError, in_methods, in_passwords, run_method
from workspace.ddp.messages import NOT_ALLOWED
from workspace.ddp.session import Session
from workspace.ddp.sign_in import SignedIn, resume_all
from workspace.ddp.sockets import Sockets
from workspace.errors import ApplicationError, NotAllowedError, SignInError
from workspace.live.fanout import current_fanout
from workspace.live.streams import STREAMS, USER_PRESENCE
from workspace.logs.events import LogEvent

SUBSCRIPTION_LOST = LogEvent(
    "socket.subscription_lost",
    "A subscription of a web socket could not be continued.",
    level=logging.ERROR,
)

SIGN_OUT = "logout"
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

    def __init__(self) -> None:
        self.fanout = current_fanout()
        self.sockets = Sockets(self.fanout)
        # After a restart, all clients sign in at once with their tokens.
        self._resuming = Batcher[str, "SignedIn | None"](resume_all, in_methods, few=0)

    async def call(self, session: Session, name: str, params: list[Any]) -> str | None:
        """Return the result of a method as EJSON; None if it has none."""
        token = resumed_token(name, params)
        if token is not None:
            return await self._resume(session, token)
        connection = CallConnection(session.client, session.user_id, self.sockets.is_full)
        run = in_passwords if hashes_password(name) else in_methods
        session.is_signing_out = name == SIGN_OUT
        watched = self._close(session) if session.is_signing_out else []
        try:
            result = await run(run_method, name, params, session.sign_in, session.scope, connection, time.monotonic())
        finally:
            if session.is_signing_out and not connection.has_signed_out:
                await self._subscribe_again(session, watched)
            session.is_signing_out = False
        if connection.has_signed_out:
            await self._change_user(session, None)
        if connection.sign_in is not None:
            await self._sign_in(session, connection.sign_in)
        if connection.in_use is not None:
            session.in_use = connection.in_use
        return result

    async def _resume(self, session: Session, token: str) -> str:
        (signed_in,) = await self._resuming.put([token])
        if signed_in is None:
            raise SignInError(message=LOGGED_OUT)
        await self._sign_in(session, signed_in)
        return ejson_text(
            {
                "id": signed_in.sign_in.public_id,
                "token": token,
                "tokenExpires": signed_in.expires,
                "type": "resume",
            }
        )

    async def _sign_in(self, session: Session, signed_in: SignedIn) -> None:
        """Sign a socket in. Raises TooManySocketsError."""
        if session.is_closed or session.sign_in == signed_in.sign_in:
            return
        if self.sockets.is_full(signed_in.sign_in.user_id):
            raise TooManySocketsError()
        await self._change_user(session, signed_in)

    async def _change_user(self, session: Session, signed_in: SignedIn | None) -> None:
        """Let another user, or nobody, be signed in on a socket. Its subscriptions are checked again, as in Meteor."""
        watched = self._close(session)
        if session.sign_in is not None:
            session.send(msg="removed", collection=USERS, id=session.sign_in.public_id)
            self.sockets.sign_out(session)
        if signed_in is not None:
            self.sockets.sign_in(session, signed_in.sign_in)
            session.send(msg="added", collection=USERS, id=signed_in.sign_in.public_id, fields=signed_in.fields)
        await self._subscribe_again(session, watched)

    def _close(self, session: Session) -> list[str]:
        """End all subscriptions of a socket, and return the users whose presence it heard, by public id."""
        watched = self.fanout.presences.watched_by(session)
        self.fanout.close(session)
        return watched

    async def _subscribe_again(self, session: Session, watched: list[str]) -> None:
        """Subscribe to all streams that a socket hears, and drop those that its user may not hear.

        `watched` are the users whose presence it hears, by public id.
        """
        for name, event in list(session.subscriptions.values()):
            options = {"added": watched} if name == USER_PRESENCE else None
            try:
                is_heard = name not in STREAMS or await self._hears(session, name, event, options)
            except ApplicationError:
                # The new user has too many other sockets that watch presences.
                is_heard = False
            except Exception:
                # The client may subscribe again when the database is available.
                SUBSCRIPTION_LOST.exception()
                is_heard = False
            if not is_heard:
                session.drop(name, event)

    async def _hears(self, session: Session, name: str, event: str, options: Any = None) -> bool:
        """Subscribe to an event of a stream; returns False if the user may not hear it."""
        try:
            await self.fanout.subscribe(session, name, event, options)
        except NotAllowedError:
            return False
        if session.is_closed:
            self.fanout.close(session)
        return True

    async def close(self, session: Session, *, is_stopping: bool) -> None:
        """Forget a socket that has been closed."""
        self.fanout.close(session)
        session.subscriptions.clear()
        await self.sockets.close(session, is_stopping=is_stopping)

    async def subscribe(self, session: Session, key: str, name: str, params: list[Any]) -> None:
        """Start a subscription, and report it as ready."""
        if key in session.subscriptions:
            # Clients repeat subscriptions when they reconnect.
            return
        if len(session.subscriptions) >= limits.SUBSCRIPTIONS:
            raise TooManySubscriptionsError()
        event, is_collection = "", False
        if name not in SILENT_PUBLICATIONS:
            event = event_of(name, params)
            options, is_collection = options_of(params)
            if not await self._hears(session, name, event, options):
                raise NotAllowedError(NOT_ALLOWED, "")
        session.subscriptions[key] = (name, event)
        if is_collection:
            # Old clients only accept changes of a document that was added before.
            session.send(msg="added", collection=name, id="id", fields={"eventName": event})
        session.send(msg="ready", subs=[key])

    def unsubscribe(self, session: Session, key: str) -> None:
        """End a subscription, if there is one."""
        if topic := session.subscriptions.pop(key, None):
            self.fanout.unsubscribe(session, *topic)


def event_of(name: str, params: list[Any]) -> str:
    """Return the event of a subscription to a stream. Raises SubscriptionNotFoundError if there is no such stream."""
    if name not in STREAMS:
        raise SubscriptionNotFoundError(name)
    event = params[0] if params else None
    if not isinstance(event, str):
        raise MatchError("Expected string")
    if not event and name != USER_PRESENCE:
        raise ApplicationError("invalid-event-name")
    return event


def options_of(params: list[Any]) -> tuple[Any, bool]:
    """Return the options of a subscription, and whether the client wants a document that changes with each event.

    The second parameter is the latter as a boolean, the options themselves, or an object with both.
    """
    given = params[1] if len(params) > 1 else None
    if not isinstance(given, dict):
        return None, given is True
    args = given.get("args")
    options = args[0] if isinstance(args, list) and args else given
    return options, given.get("useCollection") is True


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
    return all_handlers.get(loop) or all_handlers.setdefault(loop, Handlers())
