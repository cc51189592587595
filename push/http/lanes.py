"""The connections of one lane: a libcurl multi handle, the requests that wait, and those under way."""

from __future__ import annotations

import selectors
import time
from collections import deque
from collections.abc import Callable
from itertools import takewhile
from typing import Any

import pycurl

from push.http.exchanges import Done, Exchange
from push.http.requests import HttpAnswer, HttpRequest, Lane
from workspace.outbound import Outbound

# What libcurl wants to know of a socket, in the selector's words.
EVENTS = {
    pycurl.POLL_IN: selectors.EVENT_READ,
    pycurl.POLL_OUT: selectors.EVENT_WRITE,
    pycurl.POLL_INOUT: selectors.EVENT_READ | selectors.EVENT_WRITE,
}

# A request may also have to wait for its turn on a connection, at most this many times as long as for an answer.
WAITS = 3
# A request that was sent so many seconds ago does not count towards the lane's limit any more: devices that are
# answered for slowly must not keep the others waiting. In all, so many times the limit may be under way.
LATE_SECONDS = 1.0
LATE_FACTOR = 4


class LaneConnections:
    """Carries out one lane's requests; to be used by one thread.

    `timeout` (seconds) is counted from the moment that a request is sent to its whole answer.
    """

    def __init__(
        self,
        lane: Lane,
        outbound: Outbound,
        selector: selectors.BaseSelector,
        *,
        connect_timeout: float,
        timeout: float,
    ) -> None:
        self.lane = lane
        self.timer: float | None = None
        # Nothing came back for as long as is waited for an answer.
        self.silent = False
        self.waiting: deque[tuple[HttpRequest, Done]] = deque()
        self._outbound = outbound
        self._selector = selector
        self._connect_timeout = connect_timeout
        self._timeout = timeout
        self._idle: list[Exchange] = []
        # Those that libcurl could not even be handed.
        self._unusable: list[tuple[Done, HttpAnswer]] = []
        self._under_way: dict[Any, Exchange] = {}
        # Those sent, in the order in which they were, each with its time; those that are late are in `_late`.
        self._sent: dict[Exchange, float] = {}
        self._late: dict[Exchange, float] = {}
        self._answered_at = 0.0
        self._multi = self._multi_make()

    @property
    def busy(self) -> bool:
        return bool(self.waiting or self._under_way)

    def deadline(self) -> float | None:
        """Return when :meth:`carry_on` has to be called at the latest, by the monotonic clock."""
        if self._unusable:
            return 0.0
        oldest = [next(iter(sent.values()), None) for sent in (self._sent, self._late)]
        moments = [self.timer, *(sent_at and sent_at + self._timeout for sent_at in oldest)]
        if self.waiting and oldest[0]:
            moments.append(oldest[0] + LATE_SECONDS)
        return min((moment for moment in moments if moment is not None), default=None)

    def fill(self) -> None:
        """Start requests that wait, as many as the lane's limit allows."""
        while self.waiting and self._has_room():
            request, done = self.waiting.popleft()
            exchange = self._idle.pop() if self._idle else self._exchange_make()
            try:
                exchange.begin(request, done)
            except (ValueError, pycurl.error) as error:
                self._idle.append(exchange)
                self._unusable.append((done, exchange.unanswered(f"This cannot be sent: {error}")))
                continue
            self._under_way[exchange.handle] = exchange
            self._multi.add_handle(exchange.handle)

    def _has_room(self) -> bool:
        """Return whether one more request may be started."""
        count, limit = len(self._under_way), self.lane.concurrency
        if count < limit:
            return True
        self._late_note(time.monotonic())
        return count - len(self._late) < limit and count < LATE_FACTOR * limit

    def _late_note(self, now: float) -> None:
        """Find the requests that have become late."""
        while (first := next(iter(self._sent.items()), None)) and first[1] + LATE_SECONDS <= now:
            self._late[first[0]] = self._sent.pop(first[0])

    def socket_ready(self, descriptor: int, mask: int) -> None:
        """Let libcurl read from or write to one of its sockets."""
        ready = pycurl.CSELECT_IN if mask & selectors.EVENT_READ else 0
        ready |= pycurl.CSELECT_OUT if mask & selectors.EVENT_WRITE else 0
        self._multi.socket_action(descriptor, ready)

    def carry_on(self, now: float) -> None:
        """Do what is due at the moment `now`."""
        if self.timer is not None and self.timer <= now:
            self.timer = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def finished(self, now: float) -> list[tuple[Done, HttpAnswer]]:
        """Return the answers that have come by the moment `now`, each with who is to be told."""
        found, self._unusable = self._unusable, []
        more = 1
        while more:
            more, succeeded, failed = self._multi.info_read()
            for handle in succeeded:
                exchange = self._under_way[handle]
                found.append((exchange.done, exchange.succeeded()))
                self._answered_at = now
                self._release(exchange)
            for handle, code, message in failed:
                # One that failed together with another to the same server was answered with it.
                if handle in self._under_way:
                    found += self._failed(self._under_way[handle], code, message)
        found += self._overdue(now)
        return found

    def abandon(self, which: Callable[[Done], bool]) -> None:
        """End the requests of those callers without an answer."""
        self.waiting = deque(entry for entry in self.waiting if not which(entry[1]))
        for exchange in [exchange for exchange in self._under_way.values() if which(exchange.done)]:
            self._release(exchange)

    def withdraw(self) -> list[Done]:
        """Give up the requests that have not been sent; returns their callers."""
        callers = [done for _request, done in self.waiting]
        self.waiting.clear()
        for exchange in [exchange for exchange in self._under_way.values() if not exchange.tries]:
            callers.append(exchange.done)
            self._release(exchange)
        return callers

    def close(self) -> None:
        """Close every connection; what is under way gets no answer."""
        for exchange in list(self._under_way.values()):
            self._release(exchange)
        for exchange in self._idle:
            exchange.handle.close()
        self._idle.clear()
        self._multi.close()

    def _multi_make(self) -> Any:
        multi = pycurl.CurlMulti()
        multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_MULTIPLEX)
        multi.setopt(pycurl.M_MAX_CONCURRENT_STREAMS, self.lane.concurrency)
        # As many as requests, unless told: one that waited for a connection would use up its time with waiting.
        connections = self.lane.connections or LATE_FACTOR * self.lane.concurrency
        multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, connections)
        multi.setopt(pycurl.M_SOCKETFUNCTION, self._socket_changed)
        multi.setopt(pycurl.M_TIMERFUNCTION, self._timer_set)
        return multi

    def _exchange_make(self) -> Exchange:
        return Exchange(
            self.lane,
            self._outbound,
            connect_timeout=self._connect_timeout,
            total_timeout=self._connect_timeout + WAITS * self._timeout,
            sent=self._note_sent,
        )

    def _note_sent(self, exchange: Exchange) -> None:
        self._sent_forget(exchange)
        self._sent[exchange] = time.monotonic()

    def _sent_forget(self, exchange: Exchange) -> None:
        self._sent.pop(exchange, None)
        self._late.pop(exchange, None)

    def _socket_changed(self, what: int, descriptor: int, _multi: Any, _data: Any) -> None:
        known = descriptor in self._selector.get_map()
        if what == pycurl.POLL_REMOVE:
            if known:
                self._selector.unregister(descriptor)
        elif known:
            self._selector.modify(descriptor, EVENTS[what], self)
        else:
            self._selector.register(descriptor, EVENTS[what], self)

    def _timer_set(self, milliseconds: int) -> None:
        self.timer = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000

    def _failed(self, exchange: Exchange, code: int, message: str) -> list[tuple[Done, HttpAnswer]]:
        answer = exchange.failed(code, message)
        if answer is None:
            self._start_again(exchange)
            return []
        found = [(exchange.done, answer)]
        self._release(exchange)
        if not answer.reached and not self._sent and not self._late and self._answered_at < exchange.begun_at:
            found += self._unreachable(exchange.request.origin, answer)
        return found

    def _unreachable(self, origin: str, answer: HttpAnswer) -> list[tuple[Done, HttpAnswer]]:
        """Answer all that was to go to a server that cannot be reached: each would wait for the same failure."""
        found = [(done, answer) for request, done in self.waiting if request.origin == origin]
        self.waiting = deque(entry for entry in self.waiting if entry[0].origin != origin)
        for exchange in [exchange for exchange in self._under_way.values() if exchange.request.origin == origin]:
            found.append((exchange.done, answer))
            self._release(exchange)
        return found

    def _overdue(self, now: float) -> list[tuple[Done, HttpAnswer]]:
        """End what was sent `timeout` seconds ago.

        Where nothing at all has come back since, the connections are not used any more: they may be dead without
        anybody having been told, and would swallow whatever is sent after it.
        """
        overdue = [
            (exchange, sent_at)
            for sent in (self._late, self._sent)
            for exchange, sent_at in takewhile(lambda entry: entry[1] + self._timeout <= now, sent.items())
        ]
        for exchange, sent_at in overdue:
            self.silent = self.silent or sent_at > self._answered_at
            self._release(exchange)
        error = f"No answer within {self._timeout:g} seconds"
        return [(exchange.done, exchange.unanswered(error)) for exchange, _sent_at in overdue]

    def _start_again(self, exchange: Exchange) -> None:
        self._multi.remove_handle(exchange.handle)
        self._sent_forget(exchange)
        self._multi.add_handle(exchange.handle)

    def _release(self, exchange: Exchange) -> None:
        self._multi.remove_handle(exchange.handle)
        del self._under_way[exchange.handle]
        self._sent_forget(exchange)
        self._idle.append(exchange)
