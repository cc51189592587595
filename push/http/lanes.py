"""The connections of one lane: a libcurl multi handle, the waiting requests, and the requests in progress."""

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

# Selector events for the socket events that libcurl waits for.
EVENTS = {
    pycurl.POLL_IN: selectors.EVENT_READ,
    pycurl.POLL_OUT: selectors.EVENT_WRITE,
    pycurl.POLL_INOUT: selectors.EVENT_READ | selectors.EVENT_WRITE,
}

# How long a request may take including the wait for a connection, as a multiple of the timeout.
WAITS = 3
# After LATE_SECONDS without an answer, a request no longer counts towards the lane's limit, so that devices for which
# the provider is slow do not delay the others. The total may reach LATE_FACTOR times the limit.
LATE_SECONDS = 1.0
LATE_FACTOR = 4


class LaneConnections:
    """Sends one lane's requests. Only one thread may use it.

    `timeout` is the time (seconds) from sending a request until its response is complete.
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
        # True if nothing was received on these connections for the length of the timeout.
        self.is_unresponsive = False
        self.waiting: deque[tuple[HttpRequest, Done]] = deque()
        self._outbound = outbound
        self._selector = selector
        self._connect_timeout = connect_timeout
        self._timeout = timeout
        self._idle: list[Exchange] = []
        # Requests that libcurl cannot send.
        self._unusable: list[tuple[Done, HttpAnswer]] = []
        self._in_flight: dict[Any, Exchange] = {}
        # When each request was sent, in this order. Late requests are in `_late` instead.
        self._sent: dict[Exchange, float] = {}
        self._late: dict[Exchange, float] = {}
        self._answered_at = 0.0
        self._multi = self._make_multi()

    @property
    def is_busy(self) -> bool:
        return bool(self.waiting or self._in_flight)

    def deadline(self) -> float | None:
        """Return when :meth:`process_timer` must be called at the latest, by the monotonic clock."""
        if self._unusable:
            return 0.0
        oldest = [next(iter(sent.values()), None) for sent in (self._sent, self._late)]
        times = [self.timer, *(sent_at and sent_at + self._timeout for sent_at in oldest)]
        if self.waiting and oldest[0]:
            times.append(oldest[0] + LATE_SECONDS)
        return min((due_at for due_at in times if due_at is not None), default=None)

    def fill(self) -> None:
        """Start as many waiting requests as the lane's limit allows."""
        while self.waiting and self._has_room():
            request, done = self.waiting.popleft()
            exchange = self._idle.pop() if self._idle else self._make_exchange()
            try:
                exchange.begin(request, done)
            except (ValueError, pycurl.error) as error:
                self._idle.append(exchange)
                self._unusable.append((done, exchange.unanswered(f"This cannot be sent: {error}")))
                continue
            self._in_flight[exchange.handle] = exchange
            self._multi.add_handle(exchange.handle)

    def _has_room(self) -> bool:
        """Return True if one more request may be started."""
        count, limit = len(self._in_flight), self.lane.concurrency
        if count < limit:
            return True
        self._mark_late(time.monotonic())
        return count - len(self._late) < limit and count < LATE_FACTOR * limit

    def _mark_late(self, now: float) -> None:
        """Move the requests that have become late to `_late`."""
        while (first := next(iter(self._sent.items()), None)) and first[1] + LATE_SECONDS <= now:
            self._late[first[0]] = self._sent.pop(first[0])

    def socket_ready(self, descriptor: int, mask: int) -> None:
        """Let libcurl read from or write to one of its sockets."""
        ready = pycurl.CSELECT_IN if mask & selectors.EVENT_READ else 0
        ready |= pycurl.CSELECT_OUT if mask & selectors.EVENT_WRITE else 0
        self._multi.socket_action(descriptor, ready)

    def process_timer(self, now: float) -> None:
        """Let libcurl process its timer if it has expired by `now`."""
        if self.timer is not None and self.timer <= now:
            self.timer = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def collect_finished(self, now: float) -> list[tuple[Done, HttpAnswer]]:
        """Return the answers that are available at `now`, each with the caller's callback."""
        finished, self._unusable = self._unusable, []
        more = 1
        while more:
            more, succeeded, failed = self._multi.info_read()
            for handle in succeeded:
                exchange = self._in_flight[handle]
                finished.append((exchange.done, exchange.succeeded()))
                self._answered_at = now
                self._release(exchange)
            for handle, code, _message in failed:
                # It may have been answered already, together with another failed request to the same server.
                if handle in self._in_flight:
                    finished += self._failed(self._in_flight[handle], code)
        finished += self._overdue(now)
        return finished

    def abandon(self, which: Callable[[Done], bool]) -> None:
        """End the requests of the callers that `which` selects, without an answer."""
        self.waiting = deque(entry for entry in self.waiting if not which(entry[1]))
        for exchange in [exchange for exchange in self._in_flight.values() if which(exchange.done)]:
            self._release(exchange)

    def withdraw(self) -> list[Done]:
        """Remove the requests that have not been sent, and return their callbacks."""
        callers = [done for _request, done in self.waiting]
        self.waiting.clear()
        for exchange in [exchange for exchange in self._in_flight.values() if not exchange.tries]:
            callers.append(exchange.done)
            self._release(exchange)
        return callers

    def close(self) -> None:
        """Close all connections. Pending requests get no answer."""
        for exchange in list(self._in_flight.values()):
            self._release(exchange)
        for exchange in self._idle:
            exchange.handle.close()
        self._idle.clear()
        self._multi.close()

    def _make_multi(self) -> Any:
        multi = pycurl.CurlMulti()
        multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_MULTIPLEX)
        multi.setopt(pycurl.M_MAX_CONCURRENT_STREAMS, self.lane.concurrency)
        # By default, one for each request: a request that waits for a connection uses up its timeout.
        connections = self.lane.connections or LATE_FACTOR * self.lane.concurrency
        multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, connections)
        multi.setopt(pycurl.M_SOCKETFUNCTION, self._socket_changed)
        multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        return multi

    def _make_exchange(self) -> Exchange:
        return Exchange(
            self.lane,
            self._outbound,
            connect_timeout=self._connect_timeout,
            total_timeout=self._connect_timeout + WAITS * self._timeout,
            sent=self._note_sent,
        )

    def _note_sent(self, exchange: Exchange) -> None:
        self._forget_sent(exchange)
        self._sent[exchange] = time.monotonic()

    def _forget_sent(self, exchange: Exchange) -> None:
        self._sent.pop(exchange, None)
        self._late.pop(exchange, None)

    def _socket_changed(self, what: int, descriptor: int, _multi: Any, _data: Any) -> None:
        is_registered = descriptor in self._selector.get_map()
        if what == pycurl.POLL_REMOVE:
            if is_registered:
                self._selector.unregister(descriptor)
        elif is_registered:
            self._selector.modify(descriptor, EVENTS[what], self)
        else:
            self._selector.register(descriptor, EVENTS[what], self)

    def _set_timer(self, milliseconds: int) -> None:
        self.timer = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000

    def _failed(self, exchange: Exchange, code: int) -> list[tuple[Done, HttpAnswer]]:
        answer = exchange.failed(code)
        if answer is None:
            self._start_again(exchange)
            return []
        answers = [(exchange.done, answer)]
        self._release(exchange)
        if not answer.reached and not self._sent and not self._late and self._answered_at < exchange.begun_at:
            answers += self._unreachable(exchange.request.origin, answer)
        return answers

    def _unreachable(self, origin: str, answer: HttpAnswer) -> list[tuple[Done, HttpAnswer]]:
        """Answer all requests to an unreachable server, because each would only wait for the same failure."""
        answers = [(done, answer) for request, done in self.waiting if request.origin == origin]
        self.waiting = deque(entry for entry in self.waiting if entry[0].origin != origin)
        for exchange in [exchange for exchange in self._in_flight.values() if exchange.request.origin == origin]:
            answers.append((exchange.done, answer))
            self._release(exchange)
        return answers

    def _overdue(self, now: float) -> list[tuple[Done, HttpAnswer]]:
        """End the requests that were sent `timeout` seconds ago.

        If nothing was received since then, the connections are not used any more: they may have been lost without
        notice, and later requests on them would be lost too.
        """
        overdue = [
            (exchange, sent_at)
            for sent in (self._late, self._sent)
            for exchange, sent_at in takewhile(lambda entry: entry[1] + self._timeout <= now, sent.items())
        ]
        for exchange, sent_at in overdue:
            self.is_unresponsive = self.is_unresponsive or sent_at > self._answered_at
            self._release(exchange)
        error = f"No answer within {self._timeout:g} seconds"
        return [(exchange.done, exchange.unanswered(error)) for exchange, _sent_at in overdue]

    def _start_again(self, exchange: Exchange) -> None:
        self._multi.remove_handle(exchange.handle)
        self._forget_sent(exchange)
        self._multi.add_handle(exchange.handle)

    def _release(self, exchange: Exchange) -> None:
        self._multi.remove_handle(exchange.handle)
        del self._in_flight[exchange.handle]
        self._forget_sent(exchange)
        self._idle.append(exchange)
