"""All sockets of a process: their limits, pings and presence, and the end of their sign-ins."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextvars import Context

from workspace.database.threads import Batcher, DatabaseThreads
from workspace.ddp import limits
from workspace.ddp.messages import Close
from workspace.ddp.session import Session
from workspace.ddp.sign_in import SignIn
from workspace.live.fanout import Fanout
from workspace.logs.events import LogEvent
from workspace.pages.presence import heartbeat_seconds
from workspace.services.connections import Change, Report, connections_extend, connections_report
from workspace.services.sign_in import SIGN_OUTS, sign_ins_ended
from workspace.wakeups import subscribe

PRESENCE_NOT_RECORDED = LogEvent(
    "socket.presence_not_recorded",
    "The presence of a web socket's user could not be recorded.",
    level=logging.ERROR,
)
SOCKETS_NOT_CHECKED = LogEvent(
    "socket.not_checked",
    "The web sockets' sign-ins cannot be checked. This is tried again.",
    level=logging.ERROR,
)

# Seconds between two checks of silent sockets, and after a failure.
SWEEP_SECONDS = 5.0
TROUBLE_SECONDS = 2.0
# How many sockets are extended with one transaction.
EXTEND_BATCH = 500

# All sockets of the process share one thread with one database connection for their presence and sign-ins.
in_database = DatabaseThreads(1, "sockets").run


class Sockets:
    """The open sockets of one event loop. A task watches them while there are any."""

    def __init__(self, fanout: Fanout) -> None:
        self._fanout = fanout
        self.all: set[Session] = set()
        self._users = limits.Places(limits.SOCKETS_PER_USER)
        self._anonymous = limits.Places(limits.ANONYMOUS_PER_ADDRESS)
        self._reports = Batcher[Report, None](report_all, in_database, few=0)
        self._reporting: set[asyncio.Task[None]] = set()
        self._watcher: asyncio.Task[None] | None = None

    def has_room(self, address: str) -> bool:
        """Return True if another socket from this address may be opened."""
        return self._anonymous.has_room(address)

    def is_full(self, user_id: int) -> bool:
        """Return True if the user has as many sockets as are allowed."""
        return not self._users.has_room(user_id)

    def open(self, session: Session) -> None:
        """Add a socket."""
        self.all.add(session)
        self._anonymous.take(session.address)
        if self._watcher is None:
            self._watcher = asyncio.create_task(self._watch(), context=Context())

    async def close(self, session: Session, *, is_stopping: bool = False) -> None:
        """Remove a socket that has been closed, and wait until its presence is recorded."""
        session.discard()
        if session.sign_in is None:
            self._anonymous.leave(session.address)
        else:
            self._users.leave(session.sign_in.user_id)
        self.all.discard(session)
        if not self.all and self._watcher is not None:
            self._watcher.cancel()
            self._watcher = None
        if session.sign_in is not None:
            await self._report(report_of(session, Change.INTERRUPTED if is_stopping else Change.CLOSED))

    def sign_in(self, session: Session, sign_in: SignIn) -> None:
        """Record who has signed in on a socket that had nobody signed in."""
        self._anonymous.leave(session.address)
        self._users.take(sign_in.user_id)
        session.sign_in, session.in_use = sign_in, True
        self._report_later(session, Change.USED)

    def sign_out(self, session: Session) -> None:
        """Record that the user of a socket has signed out."""
        if session.sign_in is not None:
            self._report_later(session, Change.CLOSED)
            self._users.leave(session.sign_in.user_id)
            self._anonymous.take(session.address)
            session.sign_in = None

    def _report_later(self, session: Session, change: Change) -> None:
        """Report a change without waiting for the database."""
        task = asyncio.create_task(self._report(report_of(session, change)))
        self._reporting.add(task)
        task.add_done_callback(self._reporting.discard)

    async def _report(self, report: Report) -> None:
        try:
            await self._reports.put([report])
        except Exception:
            # The next extension makes up for it; a closed socket ends after the grace time.
            PRESENCE_NOT_RECORDED.exception()

    async def _watch(self) -> None:
        swept = extended = time.monotonic()
        async with subscribe(SIGN_OUTS, "") as sign_outs:
            while True:
                try:
                    is_woken = await sign_outs.wait(SWEEP_SECONDS)
                    now = time.monotonic()
                    if now - swept >= SWEEP_SECONDS:
                        swept = now
                        self.sweep(now)
                    is_due = now - extended >= heartbeat_seconds()
                    if is_woken or is_due:
                        await self.end_sign_ins()
                    if is_due:
                        extended = now
                        await self.extend()
                except Exception:
                    SOCKETS_NOT_CHECKED.exception()
                    await asyncio.sleep(TROUBLE_SECONDS)

    def sweep(self, now: float) -> None:
        """Send pings to silent clients, and close the sockets of those that do not answer."""
        for session in list(self.all):
            silence = now - session.heard_at
            if silence >= limits.SILENCE_SECONDS or (silence >= limits.PING_SECONDS and not session.version):
                session.close(Close.TIMEOUT, "TIMEOUT")
            elif silence >= limits.PING_SECONDS and not session.is_pinged:
                session.ping()

    async def end_sign_ins(self) -> None:
        """Close the sockets whose sign-ins have ended."""
        digests = {session.sign_in.digest for session in self.all if session.sign_in is not None}
        ended = await in_database(sign_ins_ended, digests=digests) if digests else set()
        for session in list(self.all) if ended else ():
            if session.sign_in is not None and session.sign_in.digest in ended:
                self._fanout.end(session)

    async def extend(self) -> None:
        """Record that the sockets are still open."""
        open_sockets = {
            (session.sign_in.user_id, session.client): session for session in self.all if session.sign_in is not None
        }
        keys = list(open_sockets)
        for start in range(0, len(keys), EXTEND_BATCH):
            for key in await in_database(connections_extend, sockets=keys[start : start + EXTEND_BATCH]):
                session = open_sockets[key]
                if session in self.all and session.sign_in is not None:
                    self._report_later(session, Change.USED if session.in_use else Change.UNUSED)


def report_of(session: Session, change: Change) -> Report:
    """Return the report of a change of a signed-in socket."""
    assert session.sign_in is not None
    return Report(session.sign_in.user_id, session.client, change)


def report_all(reports: Sequence[Report]) -> list[None]:
    """Record a batch of reports."""
    connections_report(reports=reports)
    return [None] * len(reports)
