"""The attempts to send a notification to its devices. A row is saved before sending, and closed with the response.

If a worker dies before it records the response, the attempt's result is `unknown`: the push may have arrived. The next
owner of the claim makes another attempt with the same identity; the unknown one does not count as a retry. If the first
worker is still running, it can still record the response to its own attempt.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from push.models import NO_ERROR, Answer, Attempt, Device, DisabledReason, EndReason, State
from push.providers.answers import DETAIL_LENGTH, REASON_LENGTH, SendAnswer, retry_wait
from push.sending.new_attempts import attempt_new, attempts_insert
from push.services.webhooks.events import devices_died

# The outcomes of a notification that no device accepted. The first one whose answer occurred is used.
FAILURES = (
    (Answer.RETRY, State.FAILED, EndReason.GAVE_UP),
    (Answer.UNAUTHORIZED, State.FAILED, EndReason.UNAUTHORIZED),
    (Answer.REFUSED, State.FAILED, EndReason.REFUSED),
    (Answer.OVER_QUOTA, State.FAILED, EndReason.QUOTA_EXHAUSTED),
    (Answer.NO_ROUTE, State.FAILED, EndReason.NO_ROUTE),
    (Answer.DEAD, State.DROPPED, EndReason.TOKEN_DEAD),
    (Answer.UNKNOWN, State.FAILED, EndReason.WORKER_LOST),
    (Answer.HELD, State.FAILED, EndReason.ROUTE_PAUSED),
)
# The results that the worker of an attempt may replace with the response.
OPEN = (Answer.SENDING, Answer.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state of a notification after its attempts. `due_at` is set if it will be retried."""

    state: State
    reason: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is sent to a device before `until`; this is not an attempt. `reason` is set if it is shown to users."""

    until: datetime
    reason: str = ""


class History:
    """The attempts of some notifications: the last one for each notification and device (None: by e-mail)."""

    def __init__(self, attempts: Iterable[Attempt]) -> None:
        self._last: dict[int, dict[int | None, Attempt]] = defaultdict(dict)
        self._unknown: Counter[tuple[int, int | None]] = Counter()
        for attempt in sorted(attempts, key=lambda attempt: attempt.number):
            self.add(attempt)
            self._unknown[attempt.notification_id, attempt.device_id] += attempt.answer in OPEN

    def add(self, attempt: Attempt) -> None:
        self._last[attempt.notification_id][attempt.device_id] = attempt

    def next_try(self, notification: int, device: int | None, *, token: str, now: datetime) -> Attempt | None:
        """Return the attempt to make now; None if there is none.

        An attempt that was held is used again. Otherwise it is a new one.
        """
        last = self._last[notification].get(device)
        if last is not None and last.answer == Answer.HELD:
            last.claimed_by, last.started_at = token, now
            return last
        is_open = last is not None and last.answer in OPEN
        if last is not None and not is_open and not self.is_retry_due(last, now):
            return None
        number = last.number + 1 if last else 1
        attempt = attempt_new(notification, device, number=number, token=token, now=now)
        attempt.previous_reason = last.reason if last else ""
        attempt.unknown_before = self._unknown[notification, device]
        attempt.unanswered = last if is_open else None
        return attempt

    def is_retry_due(self, last: Attempt, now: datetime) -> bool:
        """Return True if a retry is due. Final failures are retried only if an administrator requested it."""
        return last.answer != Answer.ACCEPTED and last.retry_at is not None and last.retry_at <= now

    def outcome(self, notification: int, devices: Sequence[int | None], *, hold: Hold | None = None) -> Outcome:
        """Return the state of the notification. Retries count only for `devices`, those that are still enabled.

        `hold` is set if nothing can be sent to some of them now: it has the time of the next check.
        """
        tries = self._last[notification]
        pending = [hold.until] if hold else []
        pending += [
            attempt.retry_at
            for device, attempt in tries.items()
            if device in devices and attempt.answer == Answer.RETRY and attempt.retry_at
        ]
        if pending:
            return Outcome(State.RETRYING, hold.reason if hold else "", min(pending))
        answers = {attempt.answer for attempt in tries.values()}
        if Answer.ACCEPTED in answers:
            return Outcome(State.SENT)
        for answer, state, reason in FAILURES:
            if answer in answers:
                return Outcome(state, reason)
        return Outcome(State.DROPPED, EndReason.NO_DEVICE)

    def tried_at(self, notification: int) -> datetime | None:
        """Return when an e-mail with the notification was last attempted; the same for all notifications in it."""
        last = self._last[notification].get(None)
        return last.started_at if last else None

    def expiry(self, notification: int) -> Outcome:
        """Return the outcome of the notification when its lifetime ends."""
        return Outcome(State.SENT) if self.is_accepted(notification) else Outcome(State.FAILED, EndReason.EXPIRED)

    def is_tried(self, notification: int) -> bool:
        """Return True if the notification has been attempted before."""
        return bool(self._last[notification])

    def is_accepted(self, notification: int) -> bool:
        """Return True if a device has accepted the notification."""
        return any(attempt.answer == Answer.ACCEPTED for attempt in self._last[notification].values())


def history_of(notifications: Iterable[int]) -> History:
    """Return the attempts of these notifications so far."""
    keys = list(notifications)
    return History(Attempt.objects.filter(notification__in=keys) if keys else ())


def attempts_open(*, attempts: Sequence[Attempt], token: str, now: datetime) -> set[int]:
    """Save the attempts that are about to be made and return their keys.

    Attempts are left out if another worker has just recorded a response or a hold for the earlier attempt: that worker
    was still running.
    """
    followed = {attempt.unanswered.pk: attempt.unanswered for attempt in attempts if attempt.unanswered}
    answered = attempts_abandon(followed, now=now)
    new = [attempt for attempt in attempts if attempt.pk is None]
    new = [attempt for attempt in new if not attempt.unanswered or attempt.unanswered.pk not in answered]
    opened = attempts_insert(new)
    held = {attempt.pk: attempt for attempt in attempts if attempt.pk is not None and attempt.pk not in opened}
    if held:
        rows = Attempt.objects.filter(pk__in=held, answer=Answer.HELD)
        rows.update(claimed_by=token, started_at=now, answer=Answer.SENDING, finished_at=None)
        sending = Attempt.objects.filter(pk__in=held, answer=Answer.SENDING, claimed_by=token)
        opened.update(sending.values_list("pk", flat=True))
    for key, attempt in {**held, **answered}.items():
        if key not in opened:
            attempt.refresh_from_db()
    return opened


def attempts_abandon(attempts: Mapping[int, Attempt], *, now: datetime) -> dict[int, Attempt]:
    """Close attempts whose worker died before recording the response; return those that have a response by now."""
    if not attempts:
        return {}
    Attempt.objects.filter(pk__in=attempts, answer=Answer.SENDING).update(answer=Answer.UNKNOWN, finished_at=now)
    unknown = set(Attempt.objects.filter(pk__in=attempts, answer=Answer.UNKNOWN).values_list("pk", flat=True))
    return {key: attempt for key, attempt in attempts.items() if key not in unknown}


def attempts_close(*, answers: Sequence[tuple[Sequence[Attempt], SendAnswer]], token: str, now: datetime) -> None:
    """Record the responses, but only for attempts that are still claimed with `token`.

    Attempts with a common response were sent together, have the same number, and are retried at the same time.
    """
    alike: dict[SendAnswer, list[Attempt]] = defaultdict(list)
    for attempts, answer in answers:
        wait = retry_wait(attempts[0].step, answer.retry_after) if answer.answer == Answer.RETRY else None
        retry_at = now + wait if wait is not None else None
        for attempt in attempts:
            is_late = retry_at and attempt.retry_until and retry_at > attempt.retry_until
            attempt.answer, attempt.finished_at = answer.answer, now
            attempt.retry_at = None if is_late else retry_at
        if answer.answer == Answer.RETRY:
            attempt_update(attempts, answer, token=token)
        else:
            alike[answer] += attempts
    for answer, tries in alike.items():
        attempt_update(tries, answer, token=token)
    receipts_heed([attempt for attempts, answer in answers if answer.answer != Answer.ACCEPTED for attempt in attempts])


def receipts_heed(attempts: Sequence[Attempt]) -> None:
    """Treat attempts as accepted if the device confirmed the push before the provider's response was recorded."""
    if not attempts:
        return
    confirmed = Attempt.objects.filter(
        pk__in=[attempt.pk for attempt in attempts], answer=Answer.ACCEPTED, received_at__isnull=False
    )
    keys = set(confirmed.values_list("pk", flat=True))
    for attempt in attempts:
        if attempt.pk in keys:
            attempt.answer, attempt.retry_at = Answer.ACCEPTED, None


def attempt_update(attempts: Sequence[Attempt], answer: SendAnswer, *, token: str) -> None:
    """Save one response with its attempts, which share the time of the retry.

    Attempts that the device has confirmed meanwhile stay accepted; only the details of an acceptance are added.
    """
    is_open = Q(answer__in=OPEN)
    if answer.answer == Answer.ACCEPTED:
        is_open |= Q(received_at__isnull=False)
    held = Attempt.objects.filter(is_open, pk__in=[attempt.pk for attempt in attempts], claimed_by=token)
    held.update(
        answer=answer.answer,
        status=answer.status,
        reason=answer.reason[:REASON_LENGTH],
        detail=answer.detail[:DETAIL_LENGTH],
        finished_at=attempts[0].finished_at,
        retry_at=attempts[0].retry_at,
    )


def devices_update(*, answers: Sequence[tuple[Device, SendAnswer]], sent_at: datetime, now: datetime) -> None:
    """Record the responses with the devices.

    A device whose token is dead is disabled, unless its app has registered the token again since `sent_at`.
    """
    accepted = [device.pk for device, answer in answers if answer.answer == Answer.ACCEPTED]
    Device.objects.filter(pk__in=accepted).update(last_accepted_at=now, **NO_ERROR)
    alike: dict[tuple[SendAnswer, bool], list[Device]] = defaultdict(list)
    for device, answer in answers:
        if answer.answer != Answer.ACCEPTED:
            is_dead = answer.kills(registered_at=device.registered_at, sent_at=sent_at)
            alike[answer, is_dead].append(device)
    for (answer, is_dead), devices in alike.items():
        rows = Device.objects.filter(pk__in=[device.pk for device in devices])
        rows.update(
            error_answer=answer.answer,
            error_status=answer.status,
            error_reason=answer.reason[:REASON_LENGTH],
            error_detail=answer.detail[:DETAIL_LENGTH],
        )
        if is_dead:
            same_token = Q(token_digest__in=[device.token_digest for device in devices], registered_at__lte=sent_at)
            living = rows.filter(same_token, disabled_at=None)
            if living.update(disabled_at=now, disabled_reason=DisabledReason.TOKEN_DEAD):
                devices_died([device.pk for device in devices], at=now)
