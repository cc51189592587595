"""One hub in each web process: it reads new events once for all streams, and sees to it that streams end in time."""

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

# Seconds between two looks at sessions and rows of streams, and between two comments.
CHECK_SECONDS = 10.0
KEEPALIVE_SECONDS = 25.0
# Announcements that come within this time are answered together.
TOGETHER_SECONDS = 0.05
TROUBLE_SECONDS = 2.0
QUEUE_LENGTH = 200
MOST_PER_USER = 20

# How many streams are opened together: few enough that the first ones need not wait for hundreds of others.
OPENED_TOGETHER = 100

# The one thread, with one connection, that all streams of the process share.
in_database = DatabaseThreads(1, "streams").run


class Refusal(Enum):
    """Why a stream is not opened."""

    SIGNED_OUT = "signed_out"
    TOO_MANY = "too_many"
    STOPPING = "stopping"


class Stream:
    """One open page's stream: of which session, and which event the page received last, if any.

    The hub finds out the user when it opens the stream. It ends when the session or the password does.
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
        """Send this before whatever has come meanwhile."""
        self._first = piece

    def put(self, piece: bytes) -> None:
        """Send this; a page that takes nothing for a long while is cut off, and comes back if it can."""
        try:
            self._queue.put_nowait(piece)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """End the stream, whatever still waits to be sent."""
        if self.is_over:
            return
        self.is_over = True
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    def finish(self) -> None:
        """End the stream once what waits has been sent."""
        if self.is_over:
            return
        try:
            self._queue.put_nowait(None)
            self.is_over = True
        except asyncio.QueueFull:
            self.end()

    async def next(self) -> bytes | None:
        """Return what is sent next; None at the end."""
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
            self._open_together, lambda work, streams: work(streams), batch=OPENED_TOGETHER, few=0
        )
        # The newest keys by when they were seen: some below them may be committed later.
        self._floors: deque[tuple[float, int]] = deque()
        self._floor = 0
        self._told: dict[int, float] = {}

    def count(self, user_id: int) -> int:
        """Return how many streams the user has here."""
        return len(self._streams.get(user_id, ()))

    async def open(self, stream: Stream) -> Refusal | None:
        """Add a stream, together with all that are waiting for it; returns why if it is not opened.

        The caller closes the stream on every path, also when this raises or is cancelled.
        """
        return (await self._opening.put([stream]))[0]

    async def _open_together(self, streams: Sequence[Stream]) -> list[Refusal | None]:
        users = await in_database(users_signed_in, {stream.session for stream in streams})
        answers = [self._admit(stream, users.get(stream.session)) for stream in streams]
        admitted = [stream for stream, refusal in zip(streams, answers, strict=True) if refusal is None]
        if admitted:
            await self._start()
            asked = [(stream.user_id, stream.after) for stream in admitted]
            begun = await in_database(streams_begin, process=self.process, asked=asked)
            for stream, first in zip(admitted, begun, strict=True):
                stream.received = first.received
                stream.begin(first.content)
        return answers

    def _admit(self, stream: Stream, user: User | None) -> Refusal | None:
        """Register the stream before anything is read for it, so that it misses nothing."""
        if self._is_stopping or stream.is_over:
            return Refusal.STOPPING
        if user is None:
            return Refusal.SIGNED_OUT
        if self.count(user.pk) >= MOST_PER_USER:
            return Refusal.TOO_MANY
        stream.user_id, stream.password = user.pk, user.password
        self._streams[user.pk].add(stream)
        return None

    async def _start(self) -> None:
        """Begin to pass events on, unless that is being done."""
        if self._task is None or self._task.done():
            self._floor = await in_database(newest_event)
            self._task = asyncio.create_task(self._run())
            self._end_with_server()

    def close(self, stream: Stream) -> None:
        """Remove a stream, whether it was opened or not; with the last one the hub rests."""
        stream.end()
        own = self._streams.get(stream.user_id, set())
        own.discard(stream)
        if not own:
            self._streams.pop(stream.user_id, None)

    def stop(self) -> None:
        """End all streams: the server waits for them before it stops."""
        self._is_stopping = True
        for stream in self.all():
            stream.end()
        if self._task is not None:
            self._task.cancel()

    def all(self) -> list[Stream]:
        return [stream for streams in self._streams.values() for stream in streams]

    def _end_with_server(self) -> None:
        """End the streams as soon as the process is asked to stop, before whoever else waits for that signal."""
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            before = signal.getsignal(number)
            if callable(before) and not getattr(before, "ends_streams", False):
                signal.signal(number, ending(before, loop, self.stop))

    async def _run(self) -> None:
        checked, kept = 0.0, time.monotonic()
        async with subscribe(EVENTS, "") as subscription:
            while self._streams:
                try:
                    if await subscription.wait(CHECK_SECONDS):
                        await asyncio.sleep(TOGETHER_SECONDS)
                        await self._pass_on()
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

    async def _pass_on(self) -> None:
        """Read what is new and give it to the streams of those whom it concerns."""
        now = time.monotonic()
        found = await in_database(events_after, self._floor)
        fresh = [(key, user) for key, user in found if key not in self._told]
        self._remember([key for key, _user in fresh], now)
        ours = [(key, user) for key, user in fresh if user in self._streams]
        if ours:
            told = await in_database(page_events, [key for key, _user in ours], timezone.now())
            for item in told:
                if item.data is not None:
                    self._send(item.user_id, item.key, event("notification", item.data, item.key))
                if item.change is not None:
                    self._send(item.user_id, item.key, event("change", item.change, item.key))
            await self.count_anew({user for _key, user in ours})

    def _send(self, user_id: int, key: int, piece: bytes) -> None:
        for stream in list(self._streams.get(user_id, ())):
            if key not in stream.received:
                stream.put(piece)

    async def count_anew(self, users: Iterable[int]) -> None:
        """Tell these users' pages what is unread."""
        for user, number in (await in_database(counters_of, set(users))).items():
            for stream in list(self._streams.get(user, ())):
                stream.put(event("counters", {"unread": number}))

    def _remember(self, keys: list[int], now: float) -> None:
        """Move the floor up to what was seen long enough ago that nothing below it can still be committed."""
        self._told.update(dict.fromkeys(keys, now))
        if keys:
            self._floors.append((now, max(keys)))
        while self._floors and now - self._floors[0][0] > COMMIT_SKEW.total_seconds():
            self._floor = max(self._floor, self._floors.popleft()[1])
        self._told = {key: at for key, at in self._told.items() if key > self._floor}

    async def _check(self) -> None:
        """End the streams of sign-ins that have ended, and hold the others' rows."""
        streams = self.all()
        ended = await in_database(
            ended_sign_ins, {(stream.user_id, stream.session, stream.password) for stream in streams}
        )
        if ended:
            # What was written with the end of the sign-in, such as that the account was deactivated, still arrives.
            await self._pass_on()
        for stream in streams:
            if (stream.user_id, stream.session, stream.password) in ended:
                stream.finish()
        await in_database(streams_hold, process=self.process, users=list(self._streams))


def ending(
    before: Callable[..., object], loop: asyncio.AbstractEventLoop, stop: Callable[[], None]
) -> Callable[..., None]:
    """Return a handler of a signal that stops the hub and then does what was to be done before."""

    def handle(number: int, frame: object) -> None:
        loop.call_soon_threadsafe(stop)
        before(number, frame)

    handle.ends_streams = True  # type: ignore[attr-defined]
    return handle


hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub_here() -> Hub:
    """Return the hub of the running event loop."""
    loop = asyncio.get_running_loop()
    return hubs.get(loop) or hubs.setdefault(loop, Hub())
