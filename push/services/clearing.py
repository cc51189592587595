"""Telling devices to take away what was read elsewhere: one silent update for each device and room.

A row of :class:`push.models.ShownRoom` is the work. Whoever takes it lets it be due again after a while, should they
not come to an end; it goes when the device's push service has taken the update.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from push.content.clearing import clear_options
from push.models import Answer, EndReason, PushSettings, ShownRoom
from push.selectors.items import unread_sums
from push.selectors.routes import routes_current
from push.services.answer_inbox import Inbox, UnderWay
from push.services.attempts import devices_note
from push.services.carriers import Capacity, Carriers
from push.services.late_answers import LATE_SECONDS, answers_await
from push.services.patience import patiently
from push.services.rounds import CARRIER_WAIT
from push.stopping import stop_request
from push.transports.answers import SendAnswer, retry_wait
from push.transports.engine import WITHDRAWN
from push.transports.routes import DevicePush, Route

BATCH = 200
# Longer than any transport takes to answer.
LEASE = timedelta(minutes=2)
# A run ends after this many seconds, so that what waits behind it in the broker's queue gets its turn.
RUN_SECONDS = 15


def due_clear() -> bool:
    """Send the updates that are due; returns False if the time was up before there were none any more."""
    end = time.monotonic() + RUN_SECONDS
    while not stop_request.is_made and (taken := due_take(now=(sent_at := timezone.now()))):
        updates = Updates(taken, sent_at=sent_at)
        updates.send()
        answers_await(updates, seconds=LATE_SECONDS)
        if time.monotonic() > end:
            return False
    return True


class Updates(UnderWay):
    """Updates that are being sent, each for a row of :class:`push.models.ShownRoom`."""

    def __init__(self, taken: Sequence[ShownRoom], *, sent_at: datetime) -> None:
        super().__init__(Inbox())
        self._taken = taken
        self._sent_at = sent_at
        self._unanswered = {shown.pk for shown in taken}

    def send(self) -> None:
        """Send the updates, each route's together; record those that are not sent."""
        routes, badges = routes_current(), unread_sums({shown.device.user_id for shown in self._taken})
        unsent: list[tuple[ShownRoom, SendAnswer]] = []
        loads: dict[str, list[ShownRoom]] = defaultdict(list)
        by_key: dict[str, Route] = {}
        capacities: dict[str, Capacity] = {}
        for shown in self._taken:
            route = EndReason.PUSH_DISABLED if not PushSettings.current().enable else routes.of(shown.device)
            if isinstance(route, EndReason) or shown.device.disabled_at is not None:
                unsent.append((shown, SendAnswer(Answer.NO_ROUTE)))
                continue
            # A carrier of their own: no alert waits for them.
            route = replace(route, lane=f"{route.lane}clear")
            by_key[route.key] = route
            if route.key not in capacities:
                capacities[route.key] = Carriers.current().of(route).capacity()
            if capacities[route.key].take(shown.device):
                loads[route.key].append(shown)
            else:
                unsent.append((shown, SendAnswer(Answer.HELD)))
        for key, rows in loads.items():
            pushes = [update_of(shown, badges) for shown in rows]
            Carriers.current().send(pushes, route=by_key[key], answered=partial(self._answered_at, rows))
        self.record(unsent)

    @property
    def unanswered(self) -> int:
        return len(self._unanswered)

    def record(self, answers: Sequence[tuple[ShownRoom, SendAnswer]]) -> set[int]:
        self._unanswered.difference_update(shown.pk for shown, _answer in answers)
        leased_until = self._sent_at + LEASE
        patiently(partial(answers_record, answers, leased_until=leased_until, sent_at=self._sent_at))
        return set()

    def extend(self) -> None:
        """Do nothing: the lease lasts longer than any transport takes to answer."""

    def end(self) -> None:
        """Do nothing: the rows are gone, or due again."""

    def _answered_at(self, rows: Sequence[ShownRoom], place: int, answer: SendAnswer) -> None:
        self.answered(rows[place], answer)


@transaction.atomic
def due_take(*, now: datetime) -> list[ShownRoom]:
    """Return some rows whose update is due, for this worker alone until the lease ends."""
    due = ShownRoom.objects.filter(due_at__lte=now).select_for_update(skip_locked=True, of=("self",))
    taken = list(due.select_related("device__user", "room").order_by("due_at")[:BATCH])
    ShownRoom.objects.filter(pk__in=[shown.pk for shown in taken]).update(due_at=now + LEASE)
    return taken


def update_of(shown: ShownRoom, badges: dict[int, int]) -> DevicePush:
    """Return the update of a row."""
    return DevicePush(shown.device, clear_options(shown, badge=badges.get(shown.device.user_id, 0)))


@transaction.atomic
def answers_record(
    answers: Sequence[tuple[ShownRoom, SendAnswer]], *, leased_until: datetime, sent_at: datetime
) -> None:
    """Let go what is settled, and try again later what is not; tokens that are dead are noted on their devices.

    A row that is not leased any more shows new notifications, or was read again: none of this concerns it.
    """
    now = timezone.now()
    leased = ShownRoom.objects.filter(due_at=leased_until)
    settled: list[int] = []
    unsent: list[int] = []
    again: dict[tuple[int, timedelta | None], list[int]] = defaultdict(list)
    for shown, answer in answers:
        if answer.answer == Answer.HELD or answer.detail == WITHDRAWN:
            unsent.append(shown.pk)
        elif answer.answer == Answer.RETRY:
            again[shown.tries + 1, answer.retry_after].append(shown.pk)
        else:
            settled.append(shown.pk)
    for (tries, retry_after), keys in again.items():
        wait = retry_wait(tries, retry_after)
        if wait is None:
            settled += keys
        else:
            leased.filter(pk__in=keys).update(due_at=now + wait, tries=tries)
    leased.filter(pk__in=unsent).update(due_at=now + timedelta(seconds=CARRIER_WAIT))
    leased.filter(pk__in=settled).delete()
    dead = [(shown.device, answer) for shown, answer in answers if answer.answer == Answer.DEAD]
    devices_note(answers=dead, sent_at=sent_at, now=now)
