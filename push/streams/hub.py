"""The hub sends events to open pages, and desktop notifications to sockets. It closes streams of ended sessions."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import Enum

from django.utils import timezone
from django.utils.crypto import get_random_string

from push.selectors.desktop import PageEvent, counters_of, last_events, next_events, page_events
from push.selectors.streams import ended_sign_ins, users_signed_in
from push.services.desktop import streams_hold
from push.streams.events import KEEPALIVE, event
from push.streams.notifications import NOTIFICATION, notification_deliveries
from push.streams.opening import streams_begin
from workspace.database.threads import Batcher
from workspace.live.fanout import Fanout, current_fanout
from workspace.live.index import Entry
from workspace.live.streams import NOTIFY_USER
from workspace.live.window import Window
from workspace.models import User

# Seconds between two keep-alive comments.
KEEPALIVE_SECONDS = 25.0
QUEUE_LENGTH = 200
MAX_PER_USER = 20

# How many streams are opened at once: few enough that the first ones do not wait for hundreds of others.
OPEN_BATCH = 100


class Refusal(Enum):
    """The reason why a stream is not opened."""

    SIGNED_OUT = "signed_out"
    TOO_MANY = "too_many"
    STOPPING = "stopping"


class Stream:
    """The stream of one open page, with its session and the last event that the page received, if any.

    The hub sets the user when it opens the stream. The stream ends with the session, or when the password changes.
    """

    def __init__(self, *, session: str, after: int | None) -> None:
        self.session = session
        self.after = after
        self.user_id = 0
        self.password = ""
        self.is_over = False
        self.received: frozenset[int] = frozenset()
        self._first = b""
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE_LENGTH)

    def begin(self, piece: bytes) -> None:
        """Send this before everything that has been queued in the meantime."""
        self._first = piece

    def put(self, piece: bytes) -> None:
        """Queue this. If the page has not read for so long that the queue is full, end the stream; it can reconnect."""
        try:
            self._queue.put_nowait(piece)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """End the stream and discard everything that is queued."""
        if self.is_over:
            return
        self.is_over = True
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    def finish(self) -> None:
        """End the stream after everything that is queued has been sent."""
        if self.is_over:
            return
        try:
            self._queue.put_nowait(None)
            self.is_over = True
        except asyncio.QueueFull:
            self.end()

    async def next(self) -> bytes | None:
        """Return the next bytes to send, or None at the end."""
        if self._first:
            first, self._first = self._first, b""
            return first
        return await self._queue.get()


class Hub:
    """All streams of one event loop. It is a feed of the fan-out, which reads events in one loop for all listeners."""

    def __init__(self, fanout: Fanout) -> None:
        self.process = get_random_string(32)
        self._fanout = fanout
        self._streams: defaultdict[int, set[Stream]] = defaultdict(set)
        self._is_stopping = False
        self._opening = Batcher[Stream, "Refusal | None"](
            self._open_together, lambda work, streams: work(streams), batch=OPEN_BATCH, few=0
        )
        self._window = Window()
        self._is_reading = False
        self._kept_at = time.monotonic()

    def count(self, user_id: int) -> int:
        """Return how many streams the user has in this process."""
        return len(self._streams.get(user_id, ()))

    def total(self) -> int:
        """Return how many streams are open in this process."""
        return sum(len(streams) for streams in list(self._streams.values()))

    async def open(self, stream: Stream) -> Refusal | None:
        """Open a stream, in a batch with others that are waiting; returns a reason if it is refused.

        The caller must always close the stream, even if this raises or is cancelled.
        """
        return (await self._opening.put([stream]))[0]

    async def _open_together(self, streams: Sequence[Stream]) -> list[Refusal | None]:
        users = await self._fanout.run(users_signed_in, {stream.session for stream in streams})
        refusals = [self._admit_stream(stream, users.get(stream.session)) for stream in streams]
        admitted = [stream for stream, refusal in zip(streams, refusals, strict=True) if refusal is None]
        if admitted:
            await self._fanout.start()
            await self._begin_reading()
            requests = [(stream.user_id, stream.after) for stream in admitted]
            begun = await self._fanout.run(streams_begin, process=self.process, requests=requests)
            for stream, first in zip(admitted, begun, strict=True):
                stream.received = first.received
                stream.begin(first.content)
            self._fanout.keep_reading()
        return refusals

    def _admit_stream(self, stream: Stream, user: User | None) -> Refusal | None:
        """Register the stream before reading events for it, so that it misses none."""
        if self._is_stopping or stream.is_over:
            return Refusal.STOPPING
        if user is None:
            return Refusal.SIGNED_OUT
        if self.count(user.pk) >= MAX_PER_USER:
            return Refusal.TOO_MANY
        stream.user_id, stream.password = user.pk, user.password
        self._streams[user.pk].add(stream)
        return None

    def close(self, stream: Stream) -> None:
        """Remove a stream, even if it was not opened."""
        stream.end()
        own = self._streams.get(stream.user_id, set())
        own.discard(stream)
        if not own:
            self._streams.pop(stream.user_id, None)

    def all(self) -> list[Stream]:
        return [stream for streams in self._streams.values() for stream in streams]

    def is_used(self) -> bool:
        """Return True if there are streams."""
        return bool(self._streams)

    def stop(self) -> None:
        """End all streams, because the server waits for them before it stops."""
        self._is_stopping = True
        for stream in self.all():
            stream.end()

    async def admit(self, entries: Sequence[Entry]) -> None:
        """Record the users of sockets that hear notifications, so that events are written for them."""
        users = {entry.user_id for entry in entries if is_for_notifications(entry) and entry.user_id is not None}
        if users:
            await self._begin_reading()
            await self._fanout.run(streams_hold, process=self.process, users=users)

    async def _begin_reading(self) -> None:
        """Begin with the next event, unless events are already read."""
        if not self._is_reading:
            keys = await self._fanout.run(last_events)
            if not self._is_reading:
                self._window.start(keys, time.monotonic())
                self._is_reading = True

    def _listeners(self) -> set[int]:
        """Return the users with sockets that hear notifications."""
        return set(self._fanout.index.interest().own_of(NOTIFICATION))

    async def read(self) -> None:
        """Read new events and send them to the streams and sockets of their users."""
        if not self._is_reading:
            return
        if not self._streams and not self._listeners():
            self._is_reading = False
            return
        while await self._read_batch():
            pass

    async def _read_batch(self) -> bool:
        now = time.monotonic()
        events = await self._fanout.run(next_events, self._window.newest, self._window.missing(now))
        self._window.note((key for key, _user in events), now)
        listeners = self._listeners()
        ours = {key: user for key, user in events if user in self._streams or user in listeners}
        if ours:
            items = await self._fanout.run(page_events, list(ours), timezone.now())
            self._send_events(items)
            await self._send_counters({user for user in ours.values() if user in self._streams})
            await self._notify_sockets([item for item in items if item.user_id in listeners])
        return bool(events)

    def _send_events(self, items: Iterable[PageEvent]) -> None:
        for item in items:
            if item.data is not None:
                self._send(item.user_id, item.key, event("notification", item.data, item.key))
            if item.change is not None:
                self._send(item.user_id, item.key, event("change", item.change, item.key))

    def _send(self, user_id: int, key: int, piece: bytes) -> None:
        for stream in list(self._streams.get(user_id, ())):
            if key not in stream.received:
                stream.put(piece)

    async def _send_counters(self, users: set[int]) -> None:
        """Send the unread counters to these users' pages."""
        for user, number in (await self._fanout.run(counters_of, users)).items() if users else ():
            for stream in list(self._streams.get(user, ())):
                stream.put(event("counters", {"unread": number}))

    async def _notify_sockets(self, items: Sequence[PageEvent]) -> None:
        """Send desktop notifications to sockets."""
        if any(item.message is not None for item in items):
            users = self._fanout.index.interest().own_of(NOTIFICATION)
            self._fanout.deliver(await self._fanout.run(notification_deliveries, items, users))

    async def check(self) -> None:
        """End the streams whose sign-ins have ended, refresh the rows of the others, and keep connections alive."""
        streams = self.all()
        if streams:
            sign_ins = {(stream.user_id, stream.session, stream.password) for stream in streams}
            ended = await self._fanout.run(ended_sign_ins, sign_ins)
            if ended:
                # Events written together with the end of the sign-in, such as a deactivation, are still delivered.
                await self.read()
            for stream in streams:
                if (stream.user_id, stream.session, stream.password) in ended:
                    stream.finish()
        if users := self._streams.keys() | self._listeners():
            await self._fanout.run(streams_hold, process=self.process, users=list(users))
        if time.monotonic() - self._kept_at >= KEEPALIVE_SECONDS:
            self._kept_at = time.monotonic()
            for stream in self.all():
                stream.put(KEEPALIVE)


def is_for_notifications(entry: Entry) -> bool:
    """Return True if this is a subscription to the user's desktop notifications."""
    return entry.name == NOTIFY_USER and entry.event.partition("/")[2] == NOTIFICATION


def current_hub() -> Hub:
    """Return the hub of the running event loop."""
    return next(feed for feed in current_fanout().feeds if isinstance(feed, Hub))
