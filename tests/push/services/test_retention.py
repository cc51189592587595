"""What is pruned after the retention time, and what stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.management import call_command
from knox.crypto import hash_token
from knox.models import AuthToken

from cloud.models import AccessToken, RegistrationRequest
from cloud.services.registration import workspace_register
from push import tasks
from push.models import (
    Answer,
    Attempt,
    Decision,
    Device,
    GatewayPush,
    Notification,
    OutcomeCount,
    SandboxPush,
    State,
)
from push.services import retention
from push.services.devices import device_register
from push.services.retention import expired_prune
from push.worker import housekeeping
from tests.admin_rows import notification_of
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.models import (
    FormerPresence,
    FormerRow,
    KeptMail,
    KnownAddress,
    LiveEvent,
    Message,
    Report,
    RetentionSettings,
)
from workspace.services.sign_in import sign_in

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
OLD = NOW - timedelta(days=30, seconds=1)
YOUNG = NOW - timedelta(days=30) + timedelta(seconds=1)


@pytest.fixture
def message() -> Message:
    return message_in(RoomFactory(), UserFactory())


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def ended(message: Message, at: datetime, state: State = State.FAILED, reason: str = "gave_up") -> Notification:
    return notification_of(message, UserFactory(), state, reason=reason, finished_at=at)


def test_what_ended_before_the_retention_time_goes_with_its_attempts(message: Message) -> None:
    old, young = ended(message, OLD), ended(message, YOUNG)
    waiting = notification_of(message, UserFactory(), State.QUEUED, created_at=OLD, due_at=OLD)
    for item in (old, young):
        Attempt.objects.create(notification=item, device=None, answer=Answer.RETRY)
    assert expired_prune() is True
    assert set(Notification.objects.all()) == {young, waiting}
    assert [attempt.notification for attempt in Attempt.objects.all()] == [young]


def test_the_retention_time_is_a_setting(message: Message, settings: Any) -> None:
    settings.RETENTION_DAYS = 31
    ended(message, OLD)
    expired_prune()
    assert Notification.objects.exists()


def test_what_is_pruned_stays_counted_by_day_channel_state_and_reason(message: Message) -> None:
    day_before = OLD - timedelta(days=1)
    for at, state, reason in [
        (OLD, State.FAILED, "gave_up"),
        (OLD, State.FAILED, "gave_up"),
        (OLD, State.SENT, ""),
        (day_before, State.FAILED, "gave_up"),
    ]:
        ended(message, at, state, reason)
    expired_prune()
    ended(message, OLD, State.SENT, "")
    expired_prune()
    counts = OutcomeCount.objects.order_by("day", "state").values_list("day", "channel", "state", "reason", "count")
    assert list(counts) == [
        (day_before.date(), "push", "failed", "gave_up", 1),
        (OLD.date(), "push", "failed", "gave_up", 2),
        (OLD.date(), "push", "sent", "", 2),
    ]


def test_more_than_a_batch_is_pruned_in_several(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _number in range(5):
        ended(message, OLD)
    assert retention.notifications_prune(NOW) == 2
    assert Notification.objects.count() == 3
    assert expired_prune(seconds=-1) is False
    assert Notification.objects.count() == 1
    assert expired_prune() is True
    assert OutcomeCount.objects.get().count == 5


def test_decisions_go_once_decided_and_old(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    Decision.objects.all().delete()
    states = {"undecided": None, "old": OLD, "older": OLD, "oldest": OLD, "young": YOUNG}
    for decided_at in states.values():
        Decision.objects.create(message=message, event="edited", accepted_at=OLD, decided_at=decided_at)
    expired_prune()
    assert set(Decision.objects.values_list("decided_at", flat=True)) == {None, YOUNG}


def test_everything_else_that_grows_goes_as_well(message: Message) -> None:
    workspace, _token = workspace_register(unique_id="u", name="Theatre")
    FormerRow.objects.all().delete()
    for at in (OLD, YOUNG):
        SandboxPush.objects.create(token_digest="x", type="apn", payload={}, received_at=at)
        GatewayPush.objects.create(workspace=workspace, identity=str(at), token_digest="x", taken_at=at)
        FormerRow.objects.create(kind="workspace.user", key=1, user=message.sender, values={}, at=at)
        FormerPresence.objects.create(user=message.sender, status="online", created_at=at, at=at)
        KeptMail.objects.create(sender="a@example.org", recipients=[], kept_at=at)
        Report.objects.create(message=message, description="rude", dismissed_at=at)
        Session.objects.create(session_key=str(at.timestamp()), session_data="", expire_date=at)
        AccessToken.objects.create(workspace=workspace, digest=str(at), ends_at=at)
        RegistrationRequest.objects.create(
            unique_id="u", name="Theatre", confirmation_digest=str(at), created_at=at, ends_at=at
        )
    expired_prune()
    for rows, field in (
        (SandboxPush, "received_at"),
        (GatewayPush, "taken_at"),
        (FormerRow, "at"),
        (FormerPresence, "at"),
        (KeptMail, "kept_at"),
        (Report, "dismissed_at"),
        (Session, "expire_date"),
        (AccessToken, "ends_at"),
        (RegistrationRequest, "created_at"),
    ):
        assert [getattr(row, field) for row in rows.objects.all()] == [YOUNG]


def test_live_events_go_after_some_minutes() -> None:
    for at in (NOW - timedelta(minutes=11), NOW - timedelta(minutes=9)):
        LiveEvent.objects.create(kind="room", created_at=at)
    expired_prune()
    assert LiveEvent.objects.get(kind="room", room_key=None).created_at == NOW - timedelta(minutes=9)


def test_devices_go_that_have_been_disabled_for_long() -> None:
    _dead, lately, alive = (DeviceFactory(disabled_at=at) for at in (OLD, YOUNG, None))
    back = DeviceFactory(disabled_at=OLD)
    device_register(user=back.user, type=back.type, app_name=back.app_name, token=back.token)
    expired_prune()
    assert set(Device.objects.all()) == {lately, alive, back}


def test_sign_ins_that_ended_unused_go_with_their_devices() -> None:
    user = UserFactory()
    other = UserFactory()
    for days, signed_in in ((91, user), (89, other)):
        with time_machine.travel(NOW - timedelta(days=days), tick=False):
            DeviceFactory(user=signed_in, session_digest=hash_token(sign_in(user=signed_in)))
    expired_prune()
    assert [device.user for device in Device.objects.all()] == [other]
    assert AuthToken.objects.get().user == other


def test_the_command_prunes_everything(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    for _number in range(3):
        ended(message, OLD)
    assert "Deleted" in call_command("prune")
    assert not Notification.objects.exists()


def test_a_task_that_could_not_finish_goes_on_in_another(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[str] = []
    monkeypatch.setattr(tasks, "enqueue", woken.append)
    monkeypatch.setattr(retention, "BATCH", 1)
    monkeypatch.setattr("push.tasks.expired_prune", lambda: expired_prune(seconds=-1))
    for _number in range(2):
        ended(message, OLD)
    tasks.prune()
    assert woken == ["prune"]


def test_the_worker_prunes_some_time_after_its_start_and_then_every_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[str] = []
    monkeypatch.setattr(housekeeping, "enqueue", woken.append)
    monkeypatch.setattr(housekeeping.time, "monotonic", partial(float, 0))
    worker = housekeeping.Housekeeping()
    seen = []
    for moment in (59, 60, 61, 3659, 3660):
        monkeypatch.setattr(housekeeping.time, "monotonic", partial(float, moment))
        worker.check()
        seen.append(woken.count("prune"))
    assert seen == [0, 1, 1, 1, 2]
    assert woken.count("quiet_periods") == 2


def test_each_kind_has_its_own_retention_time(message: Message) -> None:
    RetentionSettings(notification_days=40, mail_days=10, sign_in_days=20).save()
    ended(message, OLD)
    KeptMail.objects.create(recipients=[], headers=[], kept_at=NOW - timedelta(days=11))
    for days in (21, 19):
        KnownAddress.objects.create(user=message.sender, digest=str(days), seen_at=NOW - timedelta(days=days))
    expired_prune()
    assert Notification.objects.count() == 1
    assert not KeptMail.objects.exists()
    assert [address.digest for address in KnownAddress.objects.all()] == ["19"]
