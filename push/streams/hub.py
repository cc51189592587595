"""The hub reads new events once for all streams of a web process, and closes streams of ended sessions."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from weakref import WeakKeyDictionary

from django.utils import timezone
from django.utils.crypto import get_random_string

from push.selectors.desktop import COMMIT_SKEW, counters_of, events_after, newest_event, page_events
from push.selectors.streams import ended_sign_ins, users_signed_in
from push.services.desktop import EVENTS, streams_hold
from push.streams.events import KEEPALIVE, event
from push.streams.opening import streams_begin
from workspace.database.threads import Batcher, DatabaseThreads
from workspace.models import User
from workspace.wakeups import subscribe

log = logging.getLogger(__name__)

# Seconds between two checks of sessions and stream rows, and between two keep-alive comments.
CHECK_SECONDS = 10.0
KEEPALIVE_SECONDS = 25.0
# Announcements within this time are handled together.
BATCH_SECONDS = 0.05
TROUBLE_SECONDS = 2.0
QUEUE_LENGTH = 200
MAX_PER_USER = 20

# How many streams are opened at once: few enough that the first ones do not wait for hundreds of others.
OPEN_BATCH = 100

# All streams of the process share one thread with one database connection.
in_database = DatabaseThreads(1, "streams").run


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
    """All streams of one event loop."""

    def __init__(self) -> None:
        self.process = get_random_string(32)
        self._streams: defaultdict[int, set[Stream]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._is_stopping = False
        self._opening = Batcher[Stream, "Refusal | None"](
            self._open_together, lambda work, streams: work(streams), batch=OPEN_BATCH, few=0
        )
        # The newest keys by time: events with smaller keys may still be committed later.
        self._floors: deque[tuple[float, int]] = deque()
        self._floor = 0
        self._seen: dict[int, float] = {}

    def count(self, user_id: int) -> int:
        """Return how many streams the user has in this process."""
        return len(self._streams.get(user_id, ()))

    async def open(self, stream: Stream) -> Refusal | None:
        """Open a stream, in a batch with others that are waiting; returns a reason if it is refused.

        The caller must always close the stream, even if this raises or is cancelled.
        """
        return (await self._opening.put([stream]))[0]

    async def _open_together(self, streams: Sequence[Stream]) -> list[Refusal | None]:
        users = await in_database(users_signed_in, {stream.session for stream in streams})
        refusals = [self._admit(stream, users.get(stream.session)) for stream in streams]
        admitted = [stream for stream, refusal in zip(streams, refusals, strict=True) if refusal is None]
        if admitted:
            await self._start()
            requests = [(stream.user_id, stream.after) for stream in admitted]
            begun = await in_database(streams_begin, process=self.process, requests=requests)
            for stream, first in zip(admitted, begun, strict=True):
                stream.received = first.received
                stream.begin(first.content)
        return refusals

    def _admit(self, stream: Stream, user: User | None) -> Refusal | None:
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

    async def _start(self) -> None:
        """Start the task that delivers events, unless it is already running."""
        if self._task is None or self._task.done():
            self._floor = await in_database(newest_event)
            self._task = asyncio.create_task(self._run())
            self._end_with_server()

    def close(self, stream: Stream) -> None:
        """Remove a stream, even if it was not opened. The hub's task stops with the last stream."""
        stream.end()
        own = self._streams.get(stream.user_id, set())
        own.discard(stream)
        if not own:
            self._streams.pop(stream.user_id, None)

    def stop(self) -> None:
        """End all streams, because the server waits for them before it stops."""
        self._is_stopping = True
        for stream in self.all():
            stream.end()
        if self._task is not None:
            self._task.cancel()

    def all(self) -> list[Stream]:
        return [stream for streams in self._streams.values() for stream in streams]

    def _end_with_server(self) -> None:
        """End the streams when the process receives a stop signal, then call the previous signal handler."""
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            before = signal.getsignal(number)
            if callable(before) and not getattr(before, "ends_streams", False):
                signal.signal(number, stopping_handler(before, loop, self.stop))

    async def _run(self) -> None:
        checked, kept = 0.0, time.monotonic()
        async with subscribe(EVENTS, "") as subscription:
            while self._streams:
                try:
                    if await subscription.wait(CHECK_SECONDS):
                        await asyncio.sleep(BATCH_SECONDS)
                        await self._deliver()
                    now = time.monotonic()
                    if now - checked >= CHECK_SECONDS:
                        checked = now
                        await self._check()
                    if now - kept >= KEEPALIVE_SECONDS:
                        kept = now
                        for stream in self.all():
                            stream.put(KEEPALIVE)
                except Exception:
                    log.exception("The events of open pages cannot be read; trying again.")
                    await asyncio.sleep(TROUBLE_SECONDS)

    async def _deliver(self) -> None:
        """Read new events and send them to the streams of their users."""
        now = time.monotonic()
        events = await in_database(events_after, self._floor)
        fresh = [(key, user) for key, user in events if key not in self._seen]
        self._advance_floor([key for key, _user in fresh], now)
        ours = [(key, user) for key, user in fresh if user in self._streams]
        if ours:
            items = await in_database(page_events, [key for key, _user in ours], timezone.now())
            for item in items:
                if item.data is not None:
                    self._send(item.user_id, item.key, event("notification", item.data, item.key))
                if item.change is not None:
                    self._send(item.user_id, item.key, event("change", item.change, item.key))
            await self.send_counters({user for _key, user in ours})

    def _send(self, user_id: int, key: int, piece: bytes) -> None:
        for stream in list(self._streams.get(user_id, ())):
            if key not in stream.received:
                stream.put(piece)

    async def send_counters(self, users: Iterable[int]) -> None:
        """Send the unread counters to these users' pages."""
        for user, number in (await in_database(counters_of, set(users))).items():
            for stream in list(self._streams.get(user, ())):
                stream.put(event("counters", {"unread": number}))

    def _advance_floor(self, keys: list[int], now: float) -> None:
        """Raise the floor to keys seen so long ago that no smaller key can still be committed."""
        self._seen.update(dict.fromkeys(keys, now))
        if keys:
            self._floors.append((now, max(keys)))
        while self._floors and now - self._floors[0][0] > COMMIT_SKEW.total_seconds():
            self._floor = max(self._floor, self._floors.popleft()[1])
        self._seen = {key: at for key, at in self._seen.items() if key > self._floor}

    async def _check(self) -> None:
        """End the streams whose sign-ins have ended, and refresh the rows of the others."""
        streams = self.all()
        ended = await in_database(
            ended_sign_ins, {(stream.user_id, stream.session, stream.password) for stream in streams}
        )
        if ended:
            # Events written together with the end of the sign-in, such as a deactivation, are still delivered.
            await self._deliver()
        for stream in streams:
            if (stream.user_id, stream.session, stream.password) in ended:
                stream.finish()
        await in_database(streams_hold, process=self.process, users=list(self._streams))


def stopping_handler(
    before: Callable[..., object], loop: asyncio.AbstractEventLoop, stop: Callable[[], None]
) -> Callable[..., None]:
    """Return a signal handler that stops the hub and then calls the previous handler."""

    def handle(number: int, frame: object) -> None:
        loop.call_soon_threadsafe(stop)
        before(number, frame)

    handle.ends_streams = True  # type: ignore[attr-defined]
    return handle


hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def current_hub() -> Hub:
    """Return the hub of the running event loop."""
    loop = asyncio.get_running_loop()
    return hubs.get(loop) or hubs.setdefault(loop, Hub())
