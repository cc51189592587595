"""The HTTP sender of all transports: many requests at once on libcurl's multi interface.

HTTP/2 where TLS offers it, with the requests of one lane multiplexed on few connections, else HTTP/1.1. Connections
stay open between calls. Certificates are verified, TLS is 1.2 or newer, redirects are not followed. What is sent is
never logged: it holds device tokens.
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
# The error of requests that were not sent because the engine was asked to send nothing more.
WITHDRAWN = "The worker was stopped before this was sent."
# Lanes whose connections are kept open; of more, those that were not used for the longest time are closed.
LANES_KEPT = 64


class Engine:
    """Sends requests together; to be used by one thread of one process, but for :meth:`wake`.

    `connect_timeout` and `timeout` (from sending the request to its whole answer) are in seconds; `concurrency` bounds
    the requests under way of each origin that has no lane of its own. `ca_file` takes the place of the authorities
    that the configuration trusts.
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

        `heartbeat` is called at least once a second while waiting; what it raises ends the call and its requests.
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
        """Take up a request; :meth:`run` carries it on and calls `done` with its answer, exactly once."""
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
        if connections is None or connections.silent:
            connections = self._lane_open(lane, connections)
        self._lanes.move_to_end(lane)
        connections.waiting.append((request, done))

    def run_until(self, finished: Callable[[], bool], *, heartbeat: Callable[[], None] | None = None) -> None:
        """Carry on until `finished` says so, calling `heartbeat` at least once a second."""
        last_beat = time.monotonic()
        while not finished():
            self.run(SELECT_SECONDS)
            if heartbeat and time.monotonic() - last_beat >= SELECT_SECONDS:
                heartbeat()
                last_beat = time.monotonic()

    def run(self, seconds: float) -> None:
        """Carry requests on until one is answered or :meth:`wake` is called, at most for so long."""
        until = time.monotonic() + seconds
        while True:
            woken = self._turn(until)
            if self._tell() or woken or time.monotonic() >= until:
                return

    def wake(self) -> None:
        """Let :meth:`run` return at once; may be called by any thread."""
        # A full buffer wakes as well; and a closed engine need not be woken.
        with suppress(OSError):
            self._waker.send(b"\0")

    def abandon(self, which: Callable[[Done], bool]) -> None:
        """End the requests of those callers without an answer."""
        for lane in self._open_lanes():
            lane.abandon(which)
        for sharers in self._shared.values():
            sharers[:] = [done for done in sharers if not which(done)]

    def withdraw(self) -> None:
        """Send nothing more. Requests that were not sent are answered so, as are later ones; :meth:`run` reports it."""
        self._is_withdrawn = True
        for lane in self._open_lanes():
            self._unsent += lane.withdraw()

    def close(self) -> None:
        """Close every connection; what is under way gets no answer. Closing again does nothing."""
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

    def _lane_open(self, lane: Lane, silent: LaneConnections | None) -> LaneConnections:
        """Return new connections of the lane, which take over what waits for silent ones."""
        connections = LaneConnections(
            lane, self._outbound, self._selector, connect_timeout=self._connect_timeout, timeout=self._timeout
        )
        if silent:
            connections.waiting, silent.waiting = silent.waiting, connections.waiting
            self._retired.append(silent)
        self._lanes[lane] = connections
        unused = [name for name, found in self._lanes.items() if name != lane and not found.busy]
        for name in unused[: max(len(self._lanes) - LANES_KEPT, 0)]:
            self._lanes.pop(name).close()
        return connections

    def _turn(self, until: float) -> bool:
        """Start what may be started, wait for something to happen, and let libcurl act on it; tell whether woken."""
        lanes = self._open_lanes()
        for lane in lanes:
            lane.fill()
        deadlines = [
            0.0 if self._unsent else until,
            *(moment for lane in lanes if (moment := lane.deadline()) is not None),
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
            lane.carry_on(now)
        return woken

    def _tell(self) -> bool:
        """Hand out the answers that have come; return whether there was one."""
        now = time.monotonic()
        found = [(done, HttpAnswer(error=WITHDRAWN, reached=False, tries=0)) for done in self._unsent]
        self._unsent.clear()
        found += [entry for lane in self._open_lanes() for entry in lane.finished(now)]
        for lane in [lane for lane in self._retired if not lane.busy]:
            self._retired.remove(lane)
            lane.close()
        for done, answer in found:
            done(answer)
        return bool(found)


_local = threading.local()
_inherited: list[Engine] = []


def engine_current() -> Engine:
    """Return this thread's engine, which keeps its connections from one call to the next.

    A process forked off another one makes its own: connections cannot be shared.
    """
    made_for = os.getpid(), outbound_current()
    known: tuple[tuple[int, Outbound], Engine] | None = getattr(_local, "engine", None)
    if known and known[0] == made_for:
        return known[1]
    if known and known[0][0] != made_for[0]:
        # Closing it here would end the connections that the other process is using.
        _inherited.append(known[1])
    _local.engine = made_for, Engine()
    engine: Engine = _local.engine[1]
    return engine
