"""The fan-out: reads new events once for all listeners of an event loop, checks permissions, and delivers."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence
from contextvars import Context
from weakref import WeakKeyDictionary

from workspace.clients import NAME_LENGTH
from workspace.database.threads import Batcher
from workspace.database.troubles import trouble_of
from workspace.errors import ApplicationError, UnavailableError
from workspace.live.access import Request, check_requests
from workspace.live.composing import compose, compose_transient
from workspace.live.deliveries import Delivery
from workspace.live.feeds import feeds_of
from workspace.live.index import Entry, Index
from workspace.live.listeners import Frame, Listener, Payload
from workspace.live.member_delivery import MemberDelivery
from workspace.live.presence_watch import PresenceWatch
from workspace.live.reading import Row, last_keys, read_rows
from workspace.live.running import Run, in_database
from workspace.live.sign_ins import ended_sign_ins
from workspace.live.stopping import call_at_stop
from workspace.live.streams import FORCE_LOGOUT, NOTIFY_USER, USER_PRESENCE
from workspace.live.suspects import suspects_of
from workspace.live.window import Window
from workspace.logs.events import LogEvent
from workspace.models import LiveKind
from workspace.services.live import CHANNEL
from workspace.wakeups import Subscription, subscribe

LIVE_NOT_READ = LogEvent(
    "live.not_read",
    "Events for open pages cannot be read. This is tried again.",
    level=logging.ERROR,
)

# Seconds between two checks of sign-ins, and between two checks of all permissions.
CHECK_SECONDS = 10.0
RECHECK_SECONDS = 60.0
# Announcements within this time are handled together.
BATCH_SECONDS = 0.02
TROUBLE_SECONDS = 2.0
# How many subscriptions are checked at once.
ADMIT_BATCH = 500


class Fanout:
    """All subscriptions of one event loop."""

    def __init__(self, run: Run = in_database) -> None:
        self.index = Index()
        self.run = run
        self.members = MemberDelivery(run, self.index, self.deliver)
        self.presences = PresenceWatch(run, self.index, self.deliver)
        self._window = Window()
        self._is_started = False
        self._is_stopping = False
        # Counts the checks of permissions, to notice one that happened while a subscription was being admitted.
        self._checks = 0
        self._task: asyncio.Task[None] | None = None
        self._admission = Batcher[Entry, "ApplicationError | None"](
            self.admit, lambda work, entries: work(entries), batch=ADMIT_BATCH, few=0
        )
        self._checked_at = self._rechecked_at = time.monotonic()
        self.feeds = feeds_of(self)

    async def subscribe(self, listener: Listener, name: str, event: str, options: object = None) -> None:
        """Subscribe a listener to an event of a stream.

        `options` are for `stream-user-presence`: the users to watch. Raises NotAllowedError if the listener's user may
        not hear the event, UnknownStreamError for an unknown stream, `invalid-params` for malformed options.
        """
        entry = Entry(listener, listener.user_id, name, event)
        (error,) = await self._admission.put([entry])
        if error is not None:
            raise error
        if name == USER_PRESENCE:
            try:
                await self.presences.watch(entry, options)
            except ApplicationError:
                self._remove(entry)
                raise

    def unsubscribe(self, listener: Listener, name: str, event: str) -> None:
        """End a subscription of a listener; without effect if there is none."""
        if entry := self.index.find(listener, (name, event)):
            self._remove(entry)

    def close(self, listener: Listener) -> None:
        """End all subscriptions of a listener that has disconnected or signed out."""
        for entry in self.index.of_listener(listener):
            self.index.remove(entry, entirely=True)
        self.presences.close(listener)

    def _remove(self, entry: Entry, *, entirely: bool = False) -> None:
        self.index.remove(entry, entirely=entirely)
        if entry.name == USER_PRESENCE:
            self.presences.unwatch(entry)

    def stop(self) -> None:
        """End all listeners, because the server waits for them before it stops."""
        self._is_stopping = True
        for listener in self.index.listeners():
            self.close(listener)
            listener.end("stopping")
        for feed in self.feeds:
            feed.stop()
        if self._task is not None:
            self._task.cancel()

    async def admit(self, entries: Sequence[Entry]) -> list[ApplicationError | None]:
        """Check the permissions for subscriptions and add those that are allowed; return the other ones' errors."""
        if self._is_stopping:
            return [UnavailableError() for _entry in entries]
        await self.start()
        checks = self._checks
        errors = await self._check(entries)
        allowed = [entry for entry, error in zip(entries, errors, strict=True) if error is None]
        for feed in self.feeds:
            await feed.admit(allowed)
        for entry in allowed:
            self.index.add(entry)
        if checks != self._checks:
            # A permission may have ended between the check and now.
            await self.recheck(allowed)
        await self.presences.begin()
        self.keep_reading()
        return errors

    async def start(self) -> None:
        """Note where to begin, unless events are already being read. Then listeners may be added."""
        if self._is_started:
            return
        keys = await self.run(last_keys)
        if not self._is_started:
            self._window.start(keys, time.monotonic())
            self._is_started = True

    def keep_reading(self) -> None:
        """Start the task that reads events, unless it is running. It ends with the last listener."""
        self._is_started = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), context=Context())
            call_at_stop(self.stop)

    def is_used(self) -> bool:
        """Return True while anyone listens."""
        return not self._is_stopping and (bool(self.index) or any(feed.is_used() for feed in self.feeds))

    async def _run(self) -> None:
        while self.is_used():
            async with subscribe(CHANNEL, None) as subscription:
                while self.is_used():
                    try:
                        await self._take_turn(subscription)
                    except Exception:
                        LIVE_NOT_READ.exception()
                        await asyncio.sleep(TROUBLE_SECONDS)
        self._is_started = False

    async def _take_turn(self, subscription: Subscription) -> None:
        """Wait for announcements, and do everything that is due."""
        if await subscription.wait(self.presences.seconds_to_wait(CHECK_SECONDS)):
            await asyncio.sleep(BATCH_SECONDS)
            payloads = subscription.take_payloads()
            self.deliver(compose_transient(payloads, self.index.interest()))
            if "" in payloads or not payloads:
                await self.read()
        await self.presences.tick()
        if time.monotonic() - self._checked_at >= CHECK_SECONDS:
            self._checked_at = time.monotonic()
            # Announcements may be lost, and another version may use another channel.
            await self.read()
            await self.check()

    async def read(self) -> None:
        """Read new events and deliver them."""
        while await self._read_batch():
            pass
        for feed in self.feeds:
            await feed.read()

    async def _read_batch(self) -> bool:
        now = time.monotonic()
        rows = await self.run(read_rows, self._window.newest, self._window.missing(now))
        try:
            if rows and self.index:
                await self._handle(rows)
        except Exception as error:
            # Rows that cannot be handled are skipped, but not while the database is unavailable.
            if trouble_of(error) is None:
                self._window.note((row.key for row in rows), now)
            raise
        self._window.note((row.key for row in rows), now)
        return bool(rows)

    async def _handle(self, rows: Sequence[Row]) -> None:
        # Sign-ins and permissions that have ended are noticed before anything is delivered.
        self._end_signed_out(rows)
        if suspects := suspects_of(rows, self.index):
            await self.recheck(suspects)
        self.deliver(await self.run(compose, rows, self.index.interest()))
        await self.presences.handle(rows)
        self.members.add(rows)
        self.deliver_member_updates()

    def deliver_member_updates(self) -> None:
        """Deliver changed rooms and subscriptions while further events are read."""
        self.members.start()

    def deliver(self, deliveries: Iterable[Delivery]) -> None:
        """Deliver frames to those who hear them."""
        for delivery in deliveries:
            frame, users = delivery.frame, delivery.users
            for entry in self.index.of_topic(frame.collection, frame.event):
                if users is None or entry.user_id in users:
                    entry.listener.deliver(frame)

    async def recheck(self, entries: Iterable[Entry]) -> None:
        """Check again whether the listeners may hear these subscriptions, and end those that they may not."""
        self._checks += 1
        entries = list(entries)
        for entry, error in zip(entries, await self._check(entries), strict=True):
            if error is not None and self.index.find(entry.listener, entry.topic) == entry:
                self._remove(entry, entirely=True)
                entry.listener.drop(entry.name, entry.event)

    async def _check(self, entries: Sequence[Entry]) -> list[ApplicationError | None]:
        """Return the error of each subscription; equal ones of several listeners are checked once."""
        requests = list(dict.fromkeys(entry.request for entry in entries))
        errors: dict[Request, ApplicationError | None] = {}
        for start in range(0, len(requests), ADMIT_BATCH):
            part = requests[start : start + ADMIT_BATCH]
            errors |= zip(part, await self.run(check_requests, part), strict=True)
        return [errors[entry.request] for entry in entries]

    async def check(self) -> None:
        """End listeners whose sign-ins have ended. From time to time, check all permissions again."""
        digests = {listener.auth_digest for listener in self.index.listeners()}
        ended = await self.run(ended_sign_ins, digests)
        for listener in self.index.listeners():
            if listener.auth_digest in ended:
                self.end(listener)
        if time.monotonic() - self._rechecked_at >= RECHECK_SECONDS:
            self._rechecked_at = time.monotonic()
            await self.recheck(self.index.all())
        for feed in self.feeds:
            await feed.check()

    def _end_signed_out(self, rows: Iterable[Row]) -> None:
        """End the listeners whose sign-ins have ended according to the rows."""
        ended = {row.text("digest") for row in rows if row.kind == LiveKind.SIGNED_OUT}
        for listener in self.index.listeners() if ended else ():
            if (listener.auth_digest or "")[:NAME_LENGTH] in ended - {""}:
                self.end(listener)

    def end(self, listener: Listener) -> None:
        """End a listener whose sign-in has ended, and tell its client to sign out."""
        for entry in self.index.of_listener(listener):
            if entry.name == NOTIFY_USER and entry.event.endswith(f"/{FORCE_LOGOUT}"):
                listener.deliver(Frame(NOTIFY_USER, entry.event, Payload([])))
        self.close(listener)
        listener.end("signed_out")


fanouts: WeakKeyDictionary[asyncio.AbstractEventLoop, Fanout] = WeakKeyDictionary()


def current_fanout() -> Fanout:
    """Return the fan-out of the running event loop."""
    loop = asyncio.get_running_loop()
    return fanouts.get(loop) or fanouts.setdefault(loop, Fanout())
