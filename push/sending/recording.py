"""Records the providers' responses: closes the attempts, updates the devices, and finishes the items.

Responses are recorded in small batches. An item is finished, and its member's next item may be sent, as soon as all
deliveries of the item have a response.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from django.db import transaction
from django.utils import timezone

from push.http.engine import WITHDRAWN
from push.models import Answer, Device, EndReason
from push.monitoring.counting import EMAIL, attempts_count
from push.monitoring.tracing import send_span_end
from push.providers.answers import RECIPIENT_REFUSED, SendAnswer
from push.selectors.items import Item
from push.sending.attempts import Hold, Outcome, attempts_close, devices_update
from push.sending.breaker import answers_judge
from push.sending.carrier_threads import STOPPED
from push.sending.outcomes import outcomes_write
from push.sending.preparing import Delivery, ItemGroup, PreparedRound, retry_end, unsent
from push.services.changed_messages import changed_meanwhile_schedule
from push.services.gateway_access import quota_watch
from push.services.shown import shown_record
from workspace.logs.events import LogEvent
from workspace.services.addresses import address_results_record

# The result of deliveries that were not sent because the worker stops.
NOT_SENT = SendAnswer(Answer.HELD)

ATTEMPT_FINISHED = LogEvent(
    "attempt.finished",
    "A provider, a gateway or the mail server has responded to an attempt, or there will be no response.",
    {
        "message": "the public id of the message",
        "notification": "the number of the notification",
        "attempt": "the number of the attempt, as in its address in the administration",
        "number": "1 for the first attempt for this device, 2 for the second",
        "user": "the number of the user",
        "device": "the number of the device; null for e-mail",
        "route": "the route: the provider, and the app with a route of its own",
        "answer": "the result, such as `accepted`, `dead` or `retry` (see [Answers](../answers.md))",
        "status": "the HTTP status, if there was a response",
        "reason": "the provider's own code",
        "ms": "milliseconds from opening the attempt to recording the response",
        "retry_at": "when the next attempt is due, if there is one",
        "claim": "the id of the worker's claim",
    },
)


def completed_groups(current: PreparedRound, deliveries: Iterable[Delivery]) -> list[ItemGroup]:
    """Return the groups that have all their responses now that these deliveries have theirs."""
    delivery_ids = {id(delivery) for delivery in deliveries}
    return [
        group
        for group in current.groups
        if group.is_answered and any(id(delivery) in delivery_ids for delivery in group.deliveries)
    ]


@transaction.atomic
def load_record(current: PreparedRound, load: Sequence[tuple[Delivery, SendAnswer]]) -> None:
    """Record responses from one route, or to e-mails; if they show a misconfiguration, their items wait."""
    deliveries, now = [delivery for delivery, _answer in load], timezone.now()
    route, answers = deliveries[0].route, [answer for _delivery, answer in load]
    if route:
        answered = [(delivery.device, answer) for delivery, answer in load if delivery.device]
        answers = answers_judge(breaker=current.breaker, route=route, answered=answered, now=now)
    for delivery, answer in zip(deliveries, answers, strict=True):
        delivery.answer = answer
        hold = None
        if answer.detail == WITHDRAWN:
            # It was not sent, so it does not count as an attempt: another worker makes the same one.
            delivery.answer, hold = NOT_SENT, Hold(now)
        elif answer.answer == Answer.UNKNOWN:
            hold = Hold(now)
        elif answer.answer == Answer.HELD and route and delivery.device:
            hold = Hold(current.breaker.held_until(route, delivery.device) or now, EndReason.ROUTE_PAUSED)
        if hold:
            for attempt in delivery.attempts:
                current.hold(attempt.notification_id, hold)
    deliveries_record(current, deliveries, completed_groups(current, deliveries))


@transaction.atomic
def deliveries_record(current: PreparedRound, deliveries: Sequence[Delivery], complete: Sequence[ItemGroup]) -> None:
    """Close the attempts, update the devices, and save the new state of each item in the `complete` groups."""
    now = timezone.now()
    unsent = [delivery for group in complete for delivery in group.deliveries if delivery.answer and not delivery.route]
    answered = list({id(delivery): delivery for delivery in (*deliveries, *unsent)}.values())
    attempts_close(
        answers=[(delivery.attempts, delivery.answer) for delivery in answered if delivery.answer],
        token=current.token,
        now=now,
    )
    answers = [(delivery.device, delivery.answer) for delivery in deliveries if delivery.device and delivery.answer]
    devices_update(
        answers=[(device, answer) for device, answer in answers if answer not in (NOT_SENT, STOPPED)],
        sent_at=current.started_at,
        now=now,
    )
    addresses_update(deliveries)
    shown_record(accepted=accepted_of(deliveries), at=current.started_at)
    if accepted := notifications_accepted(deliveries):
        changed_meanwhile_schedule(notifications=accepted, since=current.started_at)
    quota_watch(delivery.answer for delivery in deliveries if delivery.answer)
    for attempt in (attempt for delivery in answered for attempt in delivery.attempts):
        current.history.add(attempt)
    items = [item for group in complete for item in group.items]
    outcomes_write([(item.key, outcome_of(current, item)) for item in items], token=current.token, items=current.items)
    attempts_count([labels for delivery in answered if (labels := attempt_labels(delivery))])
    transaction.on_commit(partial(deliveries_log, current, answered))


def deliveries_log(current: PreparedRound, deliveries: Iterable[Delivery]) -> None:
    """Log the attempts that now have a response, and end their spans."""
    now = timezone.now()
    for delivery in deliveries:
        answer = delivery.answer
        if answer is None:
            continue
        if delivery.span is not None:
            send_span_end(delivery.span, answer)
            delivery.span = None
        if not ATTEMPT_FINISHED.is_logged or answer is NOT_SENT:
            continue
        for attempt in delivery.attempts:
            notification = current.items[attempt.notification_id].notification
            ATTEMPT_FINISHED.log(
                message=notification.message.public_id,
                notification=notification.pk,
                attempt=attempt.pk,
                number=attempt.number,
                user=notification.user_id,
                device=attempt.device_id,
                route=attempt.route or ("email" if delivery.email else ""),
                answer=answer.answer.value,
                status=answer.status,
                reason=answer.reason,
                ms=round((now - attempt.started_at).total_seconds() * 1000),
                retry_at=attempt.retry_at,
                claim=current.token,
            )


def attempt_labels(delivery: Delivery) -> tuple[str, str, str] | None:
    """Return the provider, app and outcome of a delivery to count; None for one that was not sent."""
    if delivery.answer is None or delivery.answer in (NOT_SENT, STOPPED):
        return None
    provider = delivery.route.kind if delivery.route else EMAIL if delivery.email else "none"
    return provider, delivery.device.app_name if delivery.device else "", delivery.answer.answer


def addresses_update(deliveries: Iterable[Delivery]) -> None:
    """Mark e-mail addresses that were refused, and unmark those that work again."""
    accepted: list[str] = []
    refused: list[str] = []
    for delivery in deliveries:
        if delivery.email and delivery.answer:
            if delivery.answer.reason == RECIPIENT_REFUSED:
                refused += delivery.email.to
            elif delivery.answer.answer == Answer.ACCEPTED:
                accepted += delivery.email.to
    if accepted or refused:
        address_results_record(accepted=accepted, refused=refused)


def accepted_of(deliveries: Iterable[Delivery]) -> list[tuple[Device, int]]:
    """Return the devices that accepted a notification, each with the key of its room."""
    return [
        (delivery.device, delivery.room)
        for delivery in deliveries
        if delivery.device and delivery.room and delivery.answer and delivery.answer.answer == Answer.ACCEPTED
    ]


def notifications_accepted(deliveries: Iterable[Delivery]) -> list[int]:
    """Return the keys of the notifications that a device accepted."""
    return [
        attempt.notification_id
        for delivery in deliveries
        if delivery.device and delivery.answer and delivery.answer.answer == Answer.ACCEPTED
        for attempt in delivery.attempts
    ]


def outcome_of(current: PreparedRound, item: Item) -> Outcome:
    """Return the state of the item after its attempts."""
    targets: list[int | None] = [None] if item.is_email else [device.pk for device in item.devices]
    hold, until = current.held.get(item.key), retry_end(item)
    if hold and until and hold.until > until:
        return current.history.outcome(item.key, ()) if current.history.is_tried(item.key) else unsent(item, hold)
    return current.history.outcome(item.key, targets, hold=hold)
