"""The HTTP sender of all transports: many requests at once on libcurl's multi interface.

HTTP/2 if TLS negotiates it, with the requests of one lane multiplexed on few connections, otherwise HTTP/1.1.
Connections stay open between calls. Certificates are verified, TLS is 1.2 or newer, redirects are not followed.
Requests are never logged, because they contain device tokens.
"""

from __future__ import annotations

import os
import selectors
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from push.http.exchanges import RESPONSE_LIMIT, Done
from push.http.lanes import LaneConnections
from push.http.requests import CONCURRENCY, ClientCertificate, HttpAnswer, HttpRequest, Lane
from workspace.outbound import Outbound, outbound_current

__all__ = ["RESPONSE_LIMIT", "ClientCertificate", "Engine", "HttpAnswer", "HttpRequest", "Lane", "engine_current"]

SELECT_SECONDS = 0.5
# The error of requests that were not sent because the engine stopped sending.
WITHDRAWN = "The worker was stopped before this was sent."
# How many lanes may have open connections. Beyond that, the least recently used lanes are closed.
MAX_LANES = 64


class Engine:
    """Sends requests concurrently. Except for :meth:`wake`, only one thread may use it.

    `connect_timeout` and `timeout` (from sending a request until its response is complete) are in seconds.
    `concurrency` limits the concurrent requests to each origin without a lane. `ca_file` replaces the certificate
    authorities from the configuration.
    """

    def __init__(
        self, *, concurrency: int = CONCURRENCY, connect_timeout: float = 5, timeout: float = 20, ca_file: str = ""
    ) -> None:
        self._concurrency = concurrency
        self._connect_timeout = connect_timeout
        self._timeout = timeout
        outbound = outbound_current()
        self._outbound = replace(outbound, ca_file=ca_file) if ca_file else outbound
        self._lanes: OrderedDict[Lane, LaneConnections] = OrderedDict()
        self._retired: list[LaneConnections] = []
        self._shared: dict[str, list[Done]] = {}
        self._selector = selectors.DefaultSelector()
        self._woken, self._waker = socket.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._closed = False
        self._is_withdrawn = False
        self._unsent: list[Done] = []

    def __del__(self) -> None:
        if hasattr(self, "_closed"):
            self.close()

    def send(self, requests: Sequence[HttpRequest], *, heartbeat: Callable[[], None] | None = None) -> list[HttpAnswer]:
        """Send the requests together and return their answers in the same order.

        `heartbeat` is called at least once a second while waiting. If it raises, the requests are abandoned.
        """
        answers: dict[int, HttpAnswer] = {}
        called = [partial(answers.__setitem__, index) for index in range(len(requests))]
        for request, done in zip(requests, called, strict=True):
            self.begin(request, done)
        try:
            self.run_until(lambda: len(answers) == len(requests), heartbeat=heartbeat)
        except BaseException:
            mine = {id(done) for done in called}
            self.abandon(lambda done: id(done) in mine)
            raise
        return [answers[index] for index in range(len(requests))]

    def begin(self, request: HttpRequest, done: Done) -> None:
        """Accept a request. :meth:`run` sends it and calls `done` with its answer, exactly once."""
        if request.shared:
            is_first = request.shared not in self._shared
            self._shared.setdefault(request.shared, []).append(done)
            if not is_first:
                return
            done = partial(self._share, request.shared)
        if self._is_withdrawn:
            self._unsent.append(done)
            return
        lane = request.lane or Lane(request.origin, self._concurrency, public_only=request.public_only)
        connections = self._lanes.get(lane)
        if connections is None or connections.is_unresponsive:
            connections = self._open_lane(lane, connections)
        self._lanes.move_to_end(lane)
        connections.waiting.append((request, done))

    def run_until(self, finished: Callable[[], bool], *, heartbeat: Callable[[], None] | None = None) -> None:
        """Run until `finished` returns True, calling `heartbeat` at least once a second."""
        last_beat = time.monotonic()
        while not finished():
            self.run(SELECT_SECONDS)
            if heartbeat and time.monotonic() - last_beat >= SELECT_SECONDS:
                heartbeat()
                last_beat = time.monotonic()

    def run(self, seconds: float) -> None:
        """Process requests until one is answered, :meth:`wake` is called, or `seconds` have passed."""
        until = time.monotonic() + seconds
        while True:
            woken = self._run_once(until)
            if self._deliver_answers() or woken or time.monotonic() >= until:
                return

    def wake(self) -> None:
        """Make :meth:`run` return at once. Any thread may call this."""
        # A full buffer wakes the engine too, and a closed engine does not run.
        with suppress(OSError):
            self._waker.send(b"\0")

    def abandon(self, which: Callable[[Done], bool]) -> None:
        """End the requests of the callers that `which` selects, without an answer."""
        for lane in self._open_lanes():
            lane.abandon(which)
        for sharers in self._shared.values():
            sharers[:] = [done for done in sharers if not which(done)]

    def withdraw(self) -> None:
        """Stop sending. Requests that were not sent, and later ones, get the error :data:`WITHDRAWN` as answer."""
        self._is_withdrawn = True
        for lane in self._open_lanes():
            self._unsent += lane.withdraw()

    def close(self) -> None:
        """Close all connections. Pending requests get no answer. Closing again does nothing."""
        if self._closed:
            return
        self._closed = True
        for lane in self._open_lanes():
            lane.close()
        self._lanes.clear()
        self._retired.clear()
        self._selector.close()
        self._woken.close()
        self._waker.close()

    def _share(self, name: str, answer: HttpAnswer) -> None:
        for done in self._shared.pop(name):
            done(answer)

    def _open_lanes(self) -> list[LaneConnections]:
        return [*self._lanes.values(), *self._retired]

    def _open_lane(self, lane: Lane, unresponsive: LaneConnections | None) -> LaneConnections:
        """Return new connections for the lane, and move the requests that wait for the unresponsive ones to them."""
        connections = LaneConnections(
            lane, self._outbound, self._selector, connect_timeout=self._connect_timeout, timeout=self._timeout
        )
        if unresponsive:
            connections.waiting, unresponsive.waiting = unresponsive.waiting, connections.waiting
            self._retired.append(unresponsive)
        self._lanes[lane] = connections
        unused = [other for other, opened in self._lanes.items() if other != lane and not opened.is_busy]
        for other in unused[: max(len(self._lanes) - MAX_LANES, 0)]:
            self._lanes.pop(other).close()
        return connections

    def _run_once(self, until: float) -> bool:
        """Start waiting requests and process the next events. Return True if :meth:`wake` was called."""
        lanes = self._open_lanes()
        for lane in lanes:
            lane.fill()
        deadlines = [
            0.0 if self._unsent else until,
            *(deadline for lane in lanes if (deadline := lane.deadline()) is not None),
        ]
        woken = False
        for key, mask in self._selector.select(max(min(deadlines) - time.monotonic(), 0)):
            if key.data is None:
                woken = True
                with suppress(BlockingIOError):
                    while self._woken.recv(4096):
                        pass
            else:
                key.data.socket_ready(key.fd, mask)
        now = time.monotonic()
        for lane in lanes:
            lane.process_timer(now)
        return woken

    def _deliver_answers(self) -> bool:
        """Pass the available answers to their callers. Return True if there were any."""
        now = time.monotonic()
        finished = [(done, HttpAnswer(error=WITHDRAWN, reached=False, tries=0)) for done in self._unsent]
        self._unsent.clear()
        finished += [entry for lane in self._open_lanes() for entry in lane.collect_finished(now)]
        for lane in [lane for lane in self._retired if not lane.is_busy]:
            self._retired.remove(lane)
            lane.close()
        for done, answer in finished:
            done(answer)
        return bool(finished)


# What an engine was made for: its process, the outbound configuration, and its timeouts.
Purpose = tuple[int, Outbound, float, float]

_local = threading.local()
_inherited: list[Engine] = []


def engine_current(*, connect_timeout: float = 5, timeout: float = 20) -> Engine:
    """Return this thread's engine, whose connections stay open between calls with the same timeouts.

    A forked process creates its own engine, because processes cannot share connections.
    """
    made_for: Purpose = (os.getpid(), outbound_current(), connect_timeout, timeout)
    existing: tuple[Purpose, Engine] | None = getattr(_local, "engine", None)
    if existing and existing[0] == made_for:
        return existing[1]
    if existing and existing[0][0] != made_for[0]:
        # Closing it here would end the connections that the other process is using.
        _inherited.append(existing[1])
    _local.engine = made_for, Engine(connect_timeout=connect_timeout, timeout=timeout)
    engine: Engine = _local.engine[1]
    return engine
