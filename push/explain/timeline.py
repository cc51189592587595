"""The way of one notification in order, from the rows of the database: what happened, when, and with which ids.

The ids are those of log lines (docs/operate/logs.md). Rows of earlier versions have no request and trace.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.explain.delivery_outcomes import (
    ANSWER_KINDS,
    held_entries,
    local_datetime,
    outcome_entries,
    rescheduled_entries,
    was_retried,
)
from push.explain.reasons import reason_sentence
from push.models import (
    TEST_RULE,
    Answer,
    Attempt,
    Channel,
    ClaimedItem,
    Decision,
    Device,
    Event,
    Notification,
    ShownMessage,
    ShownRoom,
)
from push.selectors.response_texts import attempt_detail
from push.selectors.route_texts import route_label
from workspace.models import Message, Subscription


class Stage(models.TextChoices):
    """The steps of the way; labels are headings."""

    POSTED = "posted", gettext_lazy("Posted")
    DECIDED = "decided", gettext_lazy("Decided")
    QUEUED = "queued", gettext_lazy("Queued")
    HELD = "held", gettext_lazy("Held back")
    RESCHEDULED = "rescheduled", gettext_lazy("Rescheduled")
    WAITING = "waiting", gettext_lazy("Waiting")
    CLAIMED = "claimed", gettext_lazy("Claimed")
    ATTEMPT = "attempt", gettext_lazy("Attempt")
    ANSWER = "answer", gettext_lazy("Answer")
    RECEIVED = "received", gettext_lazy("Received")
    OUTCOME = "outcome", gettext_lazy("Outcome")
    CHANGED = "changed", gettext_lazy("Message changed")
    READ = "read", gettext_lazy("Room read")
    DEVICE = "device", gettext_lazy("On the device")


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """A step: its time (None if it is not known), a sentence, and the ids under which logs have it.

    `after` is the time since the previous step. `attempt` is set for the steps of an attempt.
    """

    at: datetime | None
    stage: Stage
    text: str
    kind: str = "info"
    ids: tuple[tuple[str, str], ...] = ()
    after: timedelta | None = None
    attempt: int | None = None

    @property
    def milliseconds(self) -> str:
        """Return the milliseconds of the time, with three digits."""
        return f"{self.at.microsecond // 1000:03d}" if self.at else ""

    @property
    def after_text(self) -> str:
        """Return the time since the previous step."""
        return "" if self.after is None else duration_text(self.after)


def duration_text(duration: timedelta) -> str:
    """Return a duration as it is shown between two steps, such as `340 ms`, `12.3 s` or `1:02:03`."""
    seconds = max(duration.total_seconds(), 0)
    if seconds < 1:
        return _("%(number)s ms") % {"number": round(seconds * 1000)}
    if seconds < 60:
        return _("%(number)s s") % {"number": number_format(round(seconds, 1))}
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else _("%(time)s min") % {"time": f"{minutes}:{rest:02d}"}


def message_timeline(message: Message, decision: Decision | None) -> tuple[TimelineStep, ...]:
    """Return the steps of a message until it is decided who is notified."""
    return in_order([*posted_steps(message, decision), *decision_steps(decision)])


def notification_timeline(notification: Notification, decision: Decision | None) -> tuple[TimelineStep, ...]:
    """Return all steps of a notification. `decision` is that about its message, if there is one."""
    message = notification.message
    steps = [*posted_steps(message, decision), *decided_steps(notification, decision)]
    ids = (("notification", str(notification.pk)),)
    steps.append(TimelineStep(notification.created_at, Stage.QUEUED, queued_text(notification), ids=ids))
    entries = [(Stage.HELD, entry) for entry in held_entries(notification, to_self=False)]
    entries += [(Stage.RESCHEDULED, entry) for entry in rescheduled_entries(notification)]
    last = Stage.OUTCOME if notification.finished_at else Stage.WAITING
    entries += [(last, entry) for entry in outcome_entries(notification, to_self=False)]
    for stage, entry in entries:
        # An item that is due at once is due when its message was accepted, before it was queued.
        at = max(entry.at, notification.created_at) if entry.at else None
        steps.append(TimelineStep(at, stage, entry.text, entry.kind, ids))
    steps += [*claim_steps(notification), *attempts_steps(notification), *later_steps(notification)]
    return in_order(steps)


def queued_text(notification: Notification) -> str:
    """Return when the notification was due at first; empty if an older version did not store that."""
    if notification.finished_at == notification.created_at:
        return _("The member had read the room before the decision.")
    if notification.first_due_at is None and was_retried(notification):
        return ""
    due = notification.first_due_at or notification.held_from or notification.due_at
    return _("Due at %(due)s.") % {"due": local_datetime(due)}


def in_order(steps: list[TimelineStep]) -> tuple[TimelineStep, ...]:
    """Return the steps in order, those without a time last, each with the time since the previous one."""
    stages = list(Stage)
    known = sorted((step for step in steps if step.at), key=lambda step: (step.at, stages.index(step.stage)))
    timed = [
        replace(step, after=step.at - before.at) if before and before.at and step.at else step
        for before, step in zip([None, *known], known, strict=False)
    ]
    return (*timed, *(step for step in steps if step.at is None))


def posted_steps(message: Message, decision: Decision | None) -> Iterator[TimelineStep]:
    """Yield the step of posting, with the ids of the request."""
    ids = [("message", message.public_id), ("room", message.room.public_id)]
    if decision is not None and decision.request_id:
        ids.append(("request", decision.request_id))
    if decision is not None and decision.trace_id:
        ids.append(("trace", decision.trace_id))
    text = _("%(sender)s posted the message.") % {"sender": message.sender.display_name}
    yield TimelineStep(message.accepted_at, Stage.POSTED, text, ids=tuple(ids))


def decision_steps(decision: Decision | None) -> Iterator[TimelineStep]:
    """Yield the step of the decision about a message."""
    if decision is None:
        yield TimelineStep(None, Stage.DECIDED, _("The record of the decision has been deleted."))
    elif decision.decided_at is None:
        given_up = decision.is_given_up
        text = _("The decision failed too often.") if given_up else _("Not decided yet.")
        yield TimelineStep(None, Stage.DECIDED, text, "danger" if given_up else "warning")
    else:
        yield TimelineStep(decision.decided_at, Stage.DECIDED, _("It was decided who is notified."))


def decided_steps(notification: Notification, decision: Decision | None) -> Iterator[TimelineStep]:
    """Yield the step of the decision that made the notification. Test pushes have none."""
    if notification.rule == TEST_RULE:
        yield TimelineStep(notification.created_at, Stage.DECIDED, _("A test push was requested."))
        return
    at = decision.decided_at if decision and decision.decided_at else None
    # In large rooms, members are notified before the decision about all of them is complete.
    at = min(at, notification.created_at) if at else notification.created_at
    yield TimelineStep(at, Stage.DECIDED, f"{reason_sentence(notification.rule)} ({notification.rule})")


def claim_steps(notification: Notification) -> Iterator[TimelineStep]:
    """Yield the step of a worker that has claimed the notification at the moment."""
    claim = ClaimedItem.objects.filter(notification=notification).first()
    if claim is not None:
        text = _("A worker has claimed it.")
        yield TimelineStep(claim.begun_at, Stage.CLAIMED, text, "warning", (("claim", claim.lease_id),))


def attempts_steps(notification: Notification) -> Iterator[TimelineStep]:
    """Yield the beginning, the answer and the receipt of each attempt."""
    for attempt in notification.attempts.select_related("device").order_by("pk"):
        ids = [("notification", str(notification.pk)), ("attempt", str(attempt.pk))]
        if attempt.claimed_by:
            ids.append(("claim", attempt.claimed_by))
        to, way = target_of(notification, attempt), route_label(attempt.route)
        values = {"number": attempt.number, "to": to, "way": way}
        text = _("Number %(number)d, to %(to)s (%(way)s).") if way else _("Number %(number)d, to %(to)s.")
        yield TimelineStep(attempt.started_at, Stage.ATTEMPT, text % values, "info", tuple(ids), None, attempt.pk)
        ids = ids[1:2]
        if attempt.answer != Answer.SENDING:
            kind = ANSWER_KINDS.get(attempt.answer, "danger")
            text = f"{to}: {answer_text(attempt)}"
            yield TimelineStep(attempt.finished_at, Stage.ANSWER, text, kind, tuple(ids), None, attempt.pk)
        if attempt.received_at is not None:
            text = _("%(device)s confirmed the push.") % {"device": to}
            yield TimelineStep(attempt.received_at, Stage.RECEIVED, text, "success", tuple(ids), None, attempt.pk)


def target_of(notification: Notification, attempt: Attempt) -> str:
    """Return where the attempt was sent. E-mail addresses are not shown."""
    if notification.channel == Channel.EMAIL:
        return _("the e-mail address")
    return str(attempt.device) if attempt.device else _("a device that was removed")


def answer_text(attempt: Attempt) -> str:
    """Return the provider's answer, and when the next attempt is due."""
    line = ": ".join(filter(None, (str(Answer(attempt.answer).label), attempt_detail(attempt))))
    line = line if line.endswith((".", "!", "?")) else f"{line}."
    retry = " " + _("Next attempt at %(at)s.") % {"at": local_datetime(attempt.retry_at)} if attempt.retry_at else ""
    return line + retry


def later_steps(notification: Notification) -> Iterator[TimelineStep]:
    """Yield what happened to the message later, when the member last read the room, and what devices still show."""
    changes = Decision.objects.filter(message=notification.message_id).exclude(event=Event.POSTED).order_by("pk")
    for change in changes[:5]:
        yield TimelineStep(change.accepted_at, Stage.CHANGED, str(Event(change.event).label), ids=request_ids(change))
    membership = Subscription.objects.filter(user=notification.user_id, room=notification.room_id).first()
    if membership and membership.last_seen_at and membership.last_seen_at >= notification.message.accepted_at:
        yield TimelineStep(membership.last_seen_at, Stage.READ, _("The member last read the room at this time."))
    if notification.channel != Channel.PUSH:
        return
    devices = list(Device.objects.filter(user=notification.user_id).values_list("pk", flat=True))
    for shown in ShownRoom.objects.filter(device__in=devices, room=notification.room_id).select_related("device"):
        text = _("%(device)s shows notifications of the room. They are removed when the member reads it.")
        if shown.read_at:
            text = _("Notifications of the room are being removed from %(device)s, and its badge is updated.")
        yield TimelineStep(shown.read_at or shown.shown_at, Stage.DEVICE, text % {"device": shown.device})
    for changed in ShownMessage.objects.filter(notification=notification).select_related("device"):
        text = _("The notification on %(device)s is being updated, because the message has changed.")
        yield TimelineStep(changed.changed_at, Stage.DEVICE, text % {"device": changed.device}, "warning")


def request_ids(decision: Decision) -> tuple[tuple[str, str], ...]:
    """Return the ids of the request that caused the decision."""
    ids = (("request", decision.request_id), ("trace", decision.trace_id))
    return tuple((name, value) for name, value in ids if value)
