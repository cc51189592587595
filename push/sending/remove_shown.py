"""Sends updates that remove or replace notifications that devices still show, without alerting anybody.

A notification is removed when its message was read elsewhere or deleted, and replaced when it was edited.

A row of :class:`push.models.ShownRoom` or :class:`push.models.ShownMessage` is the work. Taking it makes it due again
after a while, in case the worker dies; the row is deleted when the device's push service has accepted the update.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from push.content.clearing import clear_options, update_identity
from push.http.engine import WITHDRAWN
from push.models import Answer, Device, DisabledReason, EndReason, PushSettings, ShownMessage, ShownRoom
from push.providers.answers import SendAnswer, retry_wait
from push.providers.routes import DevicePush, Route
from push.selectors.items import unread_sums
from push.selectors.routes import routes_current
from push.sending.answer_inbox import Inbox, InFlight
from push.sending.attempts import devices_update
from push.sending.carrier_threads import UNSENT
from push.sending.carriers import Capacity, Carriers
from push.sending.database_retries import write_with_retries
from push.sending.late_answers import LATE_SECONDS, answers_await
from push.sending.preparing import CARRIER_WAIT
from push.services.changed_messages import message_updates
from push.services.gateway_access import is_renewable, renewals, route_with
from push.stopping import stop_request
from workspace.models import Room

MODELS: tuple[type[ShownRoom] | type[ShownMessage], ...] = (ShownRoom, ShownMessage)
Shown = ShownRoom | ShownMessage
Entry = tuple[Shown, SendAnswer]
BATCH = 200
# Longer than any transport takes to answer.
LEASE = timedelta(minutes=2)
# A run ends after this many seconds, so that it does not block other tasks in the broker's queue.
RUN_SECONDS = 15


def remove_shown() -> bool:
    """Send the updates that are due; return False if the time was up before all were sent."""
    end = time.monotonic() + RUN_SECONDS
    for model in MODELS:
        while not stop_request.is_made and (taken := due_take(model=model, now=(sent_at := timezone.now()))):
            updates = Updates(taken, model=model, sent_at=sent_at)
            updates.send()
            answers_await(updates, seconds=LATE_SECONDS)
            if time.monotonic() > end:
                return False
            if len(taken) < BATCH:
                break
    return True


class Updates(InFlight):
    """Updates that are being sent, each for a row of the model."""

    def __init__(
        self, taken: Sequence[Shown], *, model: type[ShownRoom] | type[ShownMessage], sent_at: datetime
    ) -> None:
        super().__init__(Inbox())
        self._taken = taken
        self._model = model
        self._sent_at = sent_at
        self._unanswered = {shown.pk for shown in taken}
        self._sent: dict[int, tuple[Route, DevicePush]] = {}
        # The keys of updates whose access token was refused once; a second refusal is final.
        self._refused: set[int] = set()

    def send(self) -> None:
        """Send the updates, grouped by route, and record those that are not sent."""
        routes, updates = routes_current(), updates_of(self._taken)
        unsent: list[tuple[Shown, SendAnswer]] = []
        loads: dict[str, list[Shown]] = defaultdict(list)
        by_key: dict[str, Route] = {}
        capacities: dict[str, Capacity] = {}
        for shown in self._taken:
            route = EndReason.PUSH_DISABLED if not PushSettings.current().enable else routes.of(shown.device)
            if isinstance(route, EndReason) or not is_reachable(shown.device) or shown.pk not in updates:
                unsent.append((shown, SendAnswer(Answer.NO_ROUTE)))
                continue
            # They use a separate carrier, so that they do not delay alerts.
            route = replace(route, lane=f"{route.lane}clear")
            by_key[route.key] = route
            if route.key not in capacities:
                capacities[route.key] = Carriers.current().of(route).capacity()
            if capacities[route.key].take(shown.device):
                loads[route.key].append(shown)
            else:
                unsent.append((shown, SendAnswer(Answer.HELD)))
        for key, rows in loads.items():
            self._send_by(by_key[key], rows, updates)
        self.record(unsent)

    @property
    def unanswered(self) -> int:
        return len(self._unanswered)

    def record(self, answers: Sequence[tuple[Shown, SendAnswer]]) -> set[int]:
        answers = self._unauthorized_resend(answers)
        self._unanswered.difference_update(shown.pk for shown, _answer in answers)
        leased_until, sent_at = self._sent_at + LEASE, self._sent_at
        write_with_retries(
            partial(answers_record, answers, model=self._model, leased_until=leased_until, sent_at=sent_at)
        )
        return set()

    def extend(self) -> None:
        """Do nothing: the lease lasts longer than any transport takes to answer."""

    def end(self) -> None:
        """Do nothing: the rows are gone, or due again."""

    def _send_by(self, route: Route, rows: Sequence[Shown], updates: Mapping[int, DevicePush]) -> None:
        self._sent.update({shown.pk: (route, updates[shown.pk]) for shown in rows})
        pushes = [updates[shown.pk] for shown in rows]
        Carriers.current().send(pushes, route=route, answered=partial(self._answered_at, rows))

    def _answered_at(self, rows: Sequence[Shown], place: int, answer: SendAnswer) -> None:
        self.answered(rows[place], answer)

    def _unauthorized_resend(self, answers: Sequence[Entry]) -> list[Entry]:
        """Resend the updates whose access token was refused, with a new token; return the other responses."""
        refused: dict[str, list[Entry]] = defaultdict(list)
        others: list[Entry] = []
        for shown, answer in answers:
            route, _update = self._sent.get(shown.pk, (None, None))
            is_refused = answer.status == HTTPStatus.UNAUTHORIZED and shown.pk not in self._refused
            if is_refused and route and is_renewable(route):
                self._refused.add(shown.pk)
                refused[route.way.access_token].append((shown, answer))
            else:
                others.append((shown, answer))
        for access_token, entries in refused.items():
            renewals.request(access_token, partial(self._resend, entries))
        return others

    def _resend(self, refused: Sequence[Entry], access_token: str) -> None:
        """Send these with the new access token; without one, the refusal is final. Called from any thread."""
        again: dict[str, list[Shown]] = defaultdict(list)
        routes: dict[str, Route] = {}
        updates: dict[int, DevicePush] = {}
        for shown, answer in refused:
            if stop_request.is_made or not access_token:
                self.answered(shown, UNSENT if stop_request.is_made else answer)
                continue
            route, updates[shown.pk] = self._sent[shown.pk]
            route = route_with(route, access_token)
            routes[route.key] = route
            again[route.key].append(shown)
        for key, rows in again.items():
            self._send_by(routes[key], rows, updates)


@transaction.atomic
def due_take(*, model: type[ShownRoom] | type[ShownMessage], now: datetime) -> list[Shown]:
    """Return a batch of rows whose update is due, and lease them to this worker."""
    rows: QuerySet[Any] = model._default_manager.all()
    due = rows.filter(due_at__lte=now).select_for_update(skip_locked=True, of=("self",))
    taken = list(due.select_related("device__user").order_by("due_at")[:BATCH])
    rows.filter(pk__in=[shown.pk for shown in taken]).update(due_at=now + LEASE)
    return taken


def is_reachable(device: Device) -> bool:
    """Return True if the device gets updates; also if it was disabled because its owner was deactivated."""
    return device.disabled_at is None or device.disabled_reason == DisabledReason.DEACTIVATED


def updates_of(taken: Sequence[Shown]) -> dict[int, DevicePush]:
    """Return the updates for rows of one model, by key, without rows that no longer need one."""
    badges = unread_sums({shown.device.user_id for shown in taken})
    messages = [shown for shown in taken if isinstance(shown, ShownMessage)]
    if messages:
        return message_updates(messages, badges)
    rooms = [shown for shown in taken if isinstance(shown, ShownRoom)]
    names = dict(Room.objects.filter(pk__in={shown.room_id for shown in rooms}).values_list("pk", "public_id"))
    return {
        shown.pk: DevicePush(
            shown.device,
            clear_options(
                shown.device,
                room=room,
                badge=badges.get(shown.device.user_id, 0),
                identity=update_identity(shown),
            ),
        )
        for shown in rooms
        if (room := shown.room_public_id or names.get(shown.room_id))
    }


@transaction.atomic
def answers_record(
    answers: Sequence[tuple[Shown, SendAnswer]],
    *,
    model: type[ShownRoom] | type[ShownMessage],
    leased_until: datetime,
    sent_at: datetime,
) -> None:
    """Delete the rows of finished updates, schedule retries for the others, and disable devices with dead tokens.

    Rows whose lease has changed are skipped: they have newer notifications, or were read again.
    """
    now = timezone.now()
    leased = model._default_manager.filter(due_at=leased_until)
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
    if over := {shown.device_id for shown, _answer in answers if shown.device.disabled_at is not None}:
        forgotten = Device.objects.filter(pk__in=over, disabled_reason=DisabledReason.DEACTIVATED)
        forgotten.filter(shown_rooms=None).delete()
    dead = [(shown.device, answer) for shown, answer in answers if answer.answer == Answer.DEAD]
    devices_update(answers=dead, sent_at=sent_at, now=now)
