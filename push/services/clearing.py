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
from push.services.attempts import devices_note
from push.services.carriers import Carriers
from push.services.patience import patiently
from push.transports.answers import SendAnswer, retry_wait
from push.transports.routes import DevicePush, Route

BATCH = 200
# Longer than any transport takes to answer.
LEASE = timedelta(minutes=2)
# A run ends after this many seconds, so that what waits behind it in the broker's queue gets its turn.
RUN_SECONDS = 15


def due_clear() -> bool:
    """Send the updates that are due; returns False if the time was up before there were none any more."""
    end = time.monotonic() + RUN_SECONDS
    while taken := due_take(now=(sent_at := timezone.now())):
        answers = updates_send(taken)
        patiently(partial(answers_record, answers, leased_until=sent_at + LEASE, sent_at=sent_at))
        if time.monotonic() > end:
            return False
    return True


@transaction.atomic
def due_take(*, now: datetime) -> list[ShownRoom]:
    """Return some rows whose update is due, for this worker alone until the lease ends."""
    due = ShownRoom.objects.filter(due_at__lte=now).select_for_update(skip_locked=True, of=("self",))
    taken = list(due.select_related("device__user", "room").order_by("due_at")[:BATCH])
    ShownRoom.objects.filter(pk__in=[shown.pk for shown in taken]).update(due_at=now + LEASE)
    return taken


def updates_send(taken: Sequence[ShownRoom]) -> list[tuple[ShownRoom, SendAnswer]]:
    """Send the updates, each route's together, and return what was said of each."""
    routes, badges = routes_current(), unread_sums({shown.device.user_id for shown in taken})
    answers: list[tuple[ShownRoom, SendAnswer]] = []
    loads: dict[str, list[ShownRoom]] = defaultdict(list)
    by_key: dict[str, Route] = {}
    for shown in taken:
        route = EndReason.PUSH_DISABLED if not PushSettings.current().enable else routes.of(shown.device)
        if isinstance(route, EndReason) or shown.device.disabled_at is not None:
            answers.append((shown, SendAnswer(Answer.NO_ROUTE)))
        else:
            # A carrier of their own: no alert waits for them.
            route = replace(route, lane=f"{route.lane}clear")
            by_key[route.key] = route
            loads[route.key].append(shown)
    sent = [
        (rows, Carriers.current().send([update_of(shown, badges) for shown in rows], route=by_key[key]))
        for key, rows in loads.items()
    ]
    for rows, load in sent:
        answers += zip(rows, load.result(), strict=True)
    return answers


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
    again: dict[tuple[int, timedelta | None], list[int]] = defaultdict(list)
    for shown, answer in answers:
        if answer.answer == Answer.RETRY:
            again[shown.tries + 1, answer.retry_after].append(shown.pk)
        else:
            settled.append(shown.pk)
    for (tries, retry_after), keys in again.items():
        wait = retry_wait(tries, retry_after)
        if wait is None:
            settled += keys
        else:
            leased.filter(pk__in=keys).update(due_at=now + wait, tries=tries)
    leased.filter(pk__in=settled).delete()
    dead = [(shown.device, answer) for shown, answer in answers if answer.answer == Answer.DEAD]
    devices_note(answers=dead, sent_at=sent_at, now=now)
