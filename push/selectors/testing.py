"""The result of a test push for each device, for the page and for `push.test`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from push.models import TEST_RULE, WAITING, Answer, Attempt, Device, EndReason, Notification
from push.selectors.response_texts import attempt_detail, receipt_delay
from push.selectors.route_texts import route_label

# The page waits this long for a result. A provider that has not responded by then counts as unreachable; test pushes
# are not retried after it.
TEST_TIMEOUT = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class DeviceResult:
    """The result for one device; `state` is `waiting`, `accepted`, `refused` or `unreachable`."""

    device: Device
    state: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PushTestResult:
    """The current result of a test push; `problem` is set if it did not reach the devices."""

    notification: Notification
    devices: list[DeviceResult]
    problem: str
    finished: bool

    @property
    def accepted(self) -> int:
        return sum(result.state == "accepted" for result in self.devices)


def push_test_result(notification: Notification) -> PushTestResult:
    """Return the current result of a test push."""
    attempts = {
        attempt.device_id: attempt for attempt in notification.attempts.select_related("device").order_by("number")
    }
    results = [_device_result(attempt) for attempt in attempts.values() if attempt.device]
    waiting = notification.state in WAITING
    if waiting:
        untried = Device.objects.filter(user=notification.user_id, disabled_at=None).exclude(
            pk__in=list(filter(None, attempts))
        )
        if notification.only_device_id is not None:
            untried = untried.filter(pk=notification.only_device_id)
        results += [DeviceResult(device, "waiting", _("Waiting for the worker …")) for device in untried]
    late = timezone.now() - notification.created_at > TEST_TIMEOUT
    answered = not any(result.state == "waiting" for result in results)
    return PushTestResult(
        notification=notification,
        devices=sorted(results, key=lambda result: result.device.pk),
        problem=_problem(notification, is_late=waiting and late and not answered),
        finished=late or (answered and bool(results)) or not waiting,
    )


def push_test_of(pk: int) -> Notification | None:
    """Return the test push with this key."""
    return Notification.objects.select_related("user").filter(pk=pk, rule=TEST_RULE).first()


def _problem(notification: Notification, *, is_late: bool) -> str:
    if is_late:
        return _("No result after 10 seconds. Is the worker running?")
    if notification.state in WAITING or notification.attempts.exists():
        return ""
    return str(EndReason(notification.reason).label) if notification.reason in EndReason.values else ""


def _device_result(attempt: Attempt) -> DeviceResult:
    assert attempt.device is not None
    state, text = {
        Answer.SENDING: ("waiting", _("Sent; no response yet …")),
        Answer.UNKNOWN: ("unreachable", _("Unknown: the worker died")),
        Answer.ACCEPTED: ("accepted", _("Accepted")),
        Answer.DEAD: ("refused", _("Refused: the push service no longer knows this device")),
        Answer.REFUSED: ("refused", _("Refused")),
        Answer.UNAUTHORIZED: ("refused", _("Refused: this workspace's credentials were not accepted")),
        Answer.RETRY: ("unreachable", _("Unreachable; will be retried")),
        Answer.NO_ROUTE: ("refused", _("Not sent: there is no route to this device")),
        Answer.OVER_QUOTA: ("refused", _("Refused: the gateway's quota is used up")),
        Answer.HELD: ("unreachable", _("Held: the route is paused")),
    }[Answer(attempt.answer)]
    if attempt.answer == Answer.RETRY and attempt.retry_at is None:
        text = _("Unreachable")
    detail, route = attempt_detail(attempt), route_label(attempt.route)
    if attempt.received_at is not None:
        state, text, detail = "accepted", _("Received after %(seconds)s s") % {"seconds": receipt_delay(attempt)}, ""
    sentence = f"{text}: {detail}" if detail else f"{text}."
    return DeviceResult(attempt.device, state, f"{route}. {sentence}" if route else sentence)
