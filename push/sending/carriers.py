"""Senders that run in parallel with the dispatch: per route, and for e-mails, a thread that accepts work at any time.

Each push is answered on its own, as soon as its device's push service has answered. A slow device therefore delays no
other, and a slow route no other route. How much a route may have unanswered is limited, so a provider that does not
respond accumulates no more here; devices that were answered for slowly may only use a part of that.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from django.core.mail import EmailMessage

from push.http.engine import SELECT_SECONDS, Engine
from push.models import Device
from push.providers.answers import IN_PROGRESS, SendAnswer
from push.providers.email.transport import email_send
from push.providers.registry import providers_by_route
from push.providers.routes import DevicePush, Route
from push.providers.steps import DividingSteps, Part, run_start
from push.sending.carrier_threads import BROKEN, UNSENT, Answered, Carrier, Load
from workspace.logs.events import LogEvent

TRANSPORT_BROKEN = LogEvent(
    "transport.broken",
    "Pushes could not be sent because of a defect in the code of the provider. They are tried again.",
    {"route": "the kind of route"},
    logging.ERROR,
)

# How many pushes a route may have unanswered, and how many of these may go to devices known to be slow.
UNANSWERED_LIMIT = 2_000
SLOW_LIMIT = 1_000
# A device is slow if its last answer took so many seconds, or the gateway did not wait for it. So many slow devices are
# remembered for each route.
SLOW_SECONDS = 3.0
SLOW_TRACKED = 10_000
# A route is unresponsive if this many pushes have no response, and no response arrived for this many seconds.
SILENT_PUSHES = 20
SILENT_SECONDS = 3.0
# E-mails that are sent over one connection, that may wait to be sent, and how long (seconds) the first of them may
# have waited before no further ones are accepted.
EMAILS_TOGETHER = 20
EMAILS_LIMIT = 500
EMAIL_SECONDS = 1.0


@dataclass(slots=True)
class Capacity:
    """How many more pushes a route accepts now, and how many of them may go to `slow` devices (their keys)."""

    left: int
    slow_left: int
    slow: frozenset[int]

    def take(self, device: Device) -> bool:
        """Return True and count one more push if the route accepts one to this device."""
        is_slow = device.pk in self.slow
        if self.left <= 0 or (is_slow and self.slow_left <= 0):
            return False
        self.left -= 1
        self.slow_left -= is_slow
        return True


class PushCarrier(Carrier):
    """The carrier of one route. It sends any number of pushes concurrently."""

    def __init__(self, name: str) -> None:
        self._engine: Engine | None = None
        self._slow: OrderedDict[int, None] = OrderedDict()
        super().__init__(name)

    def capacity(self) -> Capacity:
        """Return how many more pushes the route accepts now; none while it is unresponsive."""
        with self._guard:
            oldest = next(iter(self._loads), None)
            is_silent = (
                oldest is not None
                and self._unanswered >= SILENT_PUSHES
                and self._answered_at < oldest.sent_at
                and time.monotonic() - oldest.sent_at >= SILENT_SECONDS
            )
            slow = frozenset(self._slow)
            slow_now = sum(load.messages[place].device.pk in slow for load in self._loads for place in load.unanswered)
            left = 0 if is_silent else UNANSWERED_LIMIT - self._unanswered
            return Capacity(left, SLOW_LIMIT - slow_now, slow)

    def wake(self) -> None:
        if engine := self._engine:
            engine.wake()

    def work(self) -> None:
        self._engine = self._engine or Engine()
        if self._draining:
            self._engine.withdraw()
        while load := self._next():
            with self._guard:
                slow = frozenset(self._slow)
            for part in parts_of(load, alone=slow):
                run_start(part, self._engine, partial(self.note, load))
        self._engine.run(SELECT_SECONDS)

    def end(self) -> None:
        if self._engine:
            self._engine.close()
        self._engine = None

    def account(self, load: Load, answers: Iterable[tuple[int, SendAnswer]]) -> None:
        is_late = time.monotonic() - load.sent_at >= SLOW_SECONDS
        for place, answer in answers:
            device = load.messages[place].device.pk
            self._slow.pop(device, None)
            if is_late or answer.reason == IN_PROGRESS:
                self._slow[device] = None
        while len(self._slow) > SLOW_TRACKED:
            self._slow.popitem(last=False)


class EmailCarrier(Carrier):
    """The carrier of all e-mails. It sends them one after the other."""

    def takes(self) -> bool:
        """Return True if further e-mails would be sent soon."""
        with self._guard:
            oldest = next(iter(self._loads), None)
            is_late = oldest is not None and time.monotonic() - oldest.sent_at >= EMAIL_SECONDS
            return not is_late and self._unanswered < EMAILS_LIMIT

    def work(self) -> None:
        while not self._closing and (load := self._next()):
            for start in range(0, len(load.messages), EMAILS_TOGETHER):
                places = range(start, min(start + EMAILS_TOGETHER, len(load.messages)))
                if self._draining:
                    answers = [UNSENT] * len(places)
                else:
                    answers = email_send([load.messages[place] for place in places])
                self.note(load, places, answers)


class Carriers:
    """This process's carriers, by their routes' keys."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._guard = threading.Lock()
        self._by_route: dict[str, PushCarrier] = {}
        self._email: EmailCarrier | None = None

    @classmethod
    def current(cls) -> Carriers:
        """Return the carriers of this process; a forked process creates new ones."""
        global _carriers
        if _carriers._pid != os.getpid():
            _carriers = cls()
        return _carriers

    def of(self, route: Route) -> PushCarrier:
        """Return the route's carrier."""
        with self._guard:
            if route.key not in self._by_route:
                self._by_route[route.key] = PushCarrier(f"push-{route.kind}")
            return self._by_route[route.key]

    @property
    def email(self) -> EmailCarrier:
        with self._guard:
            self._email = self._email or EmailCarrier("push-email")
            return self._email

    def send(self, pushes: Sequence[DevicePush], *, route: Route, answered: Answered) -> None:
        """Send the pushes on the route. `answered` is called in another thread with each index and response."""
        if pushes:
            self.of(route).submit(Load(pushes, answered, route))

    def send_emails(self, emails: Sequence[EmailMessage], *, answered: Answered) -> None:
        """Send the e-mails. `answered` is called in another thread with each index and response."""
        if emails:
            self.email.submit(Load(emails, answered))

    def drain(self) -> None:
        """Stop sending. Messages that have not been sent are answered as :data:`UNSENT`."""
        for carrier in self._all():
            carrier.drain()

    def close(self) -> None:
        """End the threads and their connections. Messages without a response are answered as unknown."""
        carriers = self._all()
        with self._guard:
            self._by_route, self._email = {}, None
        for carrier in carriers:
            carrier.close()

    def _all(self) -> list[Carrier]:
        with self._guard:
            return [*self._by_route.values(), *([self._email] if self._email else [])]


def parts_of(load: Load, *, alone: Collection[int]) -> Iterator[Part]:
    """Yield the parts in which the load's pushes are sent. If building a part fails, the error is its response.

    Pushes to devices in `alone` (keys) are sent individually, even if others are sent in batches.
    """
    assert load.route
    single = [place for place, push in enumerate(load.messages) if push.is_single or push.device.pk in alone]
    together = sorted(set(range(len(load.messages))) - set(single))
    for places in filter(None, (together, *([place] for place in single))):
        try:
            parts = providers_by_route()[load.route.kind].transport(
                [load.messages[place] for place in places], route=load.route
            )
        except Exception:
            TRANSPORT_BROKEN.exception(route=load.route.kind)
            yield Part(places, answers_only([BROKEN] * len(places)))
            continue
        for part in parts:
            yield Part([places[place] for place in part.places], guarded(part, load.route))


def guarded(part: Part, route: Route) -> DividingSteps:
    """Run the part's steps. An error becomes the response to its pushes."""
    try:
        return (yield from part.steps)
    except Exception:
        TRANSPORT_BROKEN.exception(route=route.kind)
        return [BROKEN] * len(part.places)


def answers_only(answers: list[SendAnswer]) -> DividingSteps:
    """Return the responses without sending anything."""
    yield []
    return answers


_carriers = Carriers()
