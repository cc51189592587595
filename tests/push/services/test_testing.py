"""Test pushes."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from cloud.models import SetupWizardSettings
from push.models import TEST_RULE, Answer, Attempt, Device, EndReason, Notification, State
from push.selectors.testing import push_test_result
from push.sending.dispatching import due_dispatch
from push.services.fanout import pending_decide
from push.services.testing import own_push_test, push_test_start
from tests.factories import AccountPreferencesFactory, DeviceFactory, UserFactory
from tests.fakes.gateway import FakeGateway, Reply
from tests.push.conftest import gateway_connect, settings_change
from workspace.errors import ApplicationError, MissingPermissionError
from workspace.models import User
from workspace.services.presence import activity_report

pytestmark = pytest.mark.django_db

# More than the worker can have open towards the gateway in a test.
CONNECTIONS = 9


@pytest.fixture
def admin(gateway: FakeGateway) -> User:
    user = UserFactory(username="rose", roles=("admin", "user"))
    DeviceFactory(user=user)
    DeviceFactory(user=user, type="gcm")
    return user


def states(notification: Notification) -> list[str]:
    notification.refresh_from_db()
    return [found.state for found in push_test_result(notification).devices]


def test_every_device_gets_it_and_is_reported(admin: User, gateway: FakeGateway) -> None:
    notification = own_push_test(admin)
    assert states(notification) == ["waiting", "waiting"]
    assert not push_test_result(notification).finished
    due_dispatch()
    assert states(notification) == ["accepted", "accepted"]
    result = push_test_result(notification)
    assert (result.finished, result.accepted, result.problem) == (True, 2, "")
    assert [one.options["text"] for one in gateway.received] == ["This is a test push message"] * 2


def test_the_rules_notify_nobody_else_of_it(admin: User) -> None:
    own_push_test(admin)
    pending_decide()
    assert list(Notification.objects.values_list("rule", flat=True)) == [TEST_RULE]


def test_being_online_does_not_hold_it_back(admin: User) -> None:
    AccountPreferencesFactory(user=admin, always_display_mobile=False)
    activity_report(user=admin)
    notification = own_push_test(admin)
    due_dispatch()
    assert states(notification) == ["accepted", "accepted"]


@pytest.mark.parametrize(
    ("reply", "state", "words"),
    [
        (Reply(406), "refused", "no longer knows this device"),
        (Reply(422, body={"error": "The payload is no good"}), "refused", "The payload is no good"),
        (Reply(401), "refused", "credentials were not accepted: HTTP 401"),
        (Reply(503), "unreachable", "Unreachable: HTTP 503"),
        (Reply(cut=True), "unreachable", "Unreachable"),
    ],
)
def test_each_answer_is_told_per_device(
    admin: User, gateway: FakeGateway, reply: Reply, state: str, words: str
) -> None:
    first, _second = Device.objects.filter(user=admin).order_by("pk")
    # libcurl itself sends again for as long as the connection that broke off was one that had been used before.
    gateway.script(first.token, *[reply] * (CONNECTIONS if reply.cut else 1))
    notification = own_push_test(admin)
    due_dispatch()
    notification.refresh_from_db()
    result = push_test_result(notification)
    assert [found.state for found in result.devices] == [state, "accepted"]
    assert words in result.devices[0].sentence
    assert result.finished


def test_it_is_not_retried_for_longer_than_the_page_waits(admin: User, gateway: FakeGateway) -> None:
    device = Device.objects.filter(user=admin).first()
    assert device
    gateway.script(device.token, Reply(503), Reply(503))
    notification = own_push_test(admin)
    due_dispatch()
    notification.refresh_from_db()
    assert (notification.state, notification.reason) == (State.SENT, "")
    device.delete()
    Device.objects.filter(user=admin).update(disabled_at=timezone.now())
    only = DeviceFactory(user=admin)
    gateway.script(only.token, Reply(503))
    notification = own_push_test(admin)
    due_dispatch()
    notification.refresh_from_db()
    assert (notification.state, notification.reason) == (State.FAILED, EndReason.GAVE_UP)
    result = push_test_result(notification)
    assert result.finished
    assert "tried again" not in result.devices[0].sentence


def test_a_wait_that_ends_while_the_page_waits_is_waited_for(admin: User, gateway: FakeGateway) -> None:
    first = Device.objects.filter(user=admin).order_by("pk").first()
    assert first
    gateway.script(first.token, Reply(429, headers={"Retry-After": "3"}))
    notification = own_push_test(admin)
    due_dispatch()
    assert states(notification) == ["unreachable", "accepted"]
    assert notification.state == State.RETRYING
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        due_dispatch()
    assert states(notification) == ["accepted", "accepted"]


def test_it_is_not_tried_again_once_the_page_has_given_up(admin: User, gateway: FakeGateway) -> None:
    """Its worker died; another one finds it after the claim has ended."""
    notification = own_push_test(admin)
    for device in Device.objects.filter(user=admin):
        Attempt.objects.create(notification=notification, device=device, number=1, answer=Answer.UNKNOWN)
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        due_dispatch()
    notification.refresh_from_db()
    assert (notification.state, notification.reason) == (State.FAILED, EndReason.WORKER_LOST)
    assert not gateway.received


def test_a_gateway_that_is_not_there_is_told(admin: User) -> None:
    settings_change(gateway="http://127.0.0.1:9")
    notification = own_push_test(admin)
    due_dispatch()
    assert states(notification) == ["unreachable", "unreachable"]


def test_a_worker_that_does_not_come_is_told_after_ten_seconds(admin: User) -> None:
    notification = own_push_test(admin)
    notification.created_at = timezone.now() - timedelta(seconds=11)
    result = push_test_result(notification)
    assert result.finished
    assert "Is the worker running?" in result.problem


def test_an_end_before_any_device_is_told_with_its_reason(admin: User) -> None:
    notification = own_push_test(admin)
    Device.objects.all().delete()
    due_dispatch()
    notification.refresh_from_db()
    assert notification.state == State.DROPPED
    assert push_test_result(notification).problem == "The member had no device left."


def test_only_the_last_try_of_a_device_counts(admin: User) -> None:
    notification = own_push_test(admin)
    device = Device.objects.filter(user=admin).first()
    Attempt.objects.create(notification=notification, device=device, number=1, answer=Answer.RETRY)
    Attempt.objects.create(notification=notification, device=device, number=2, answer=Answer.ACCEPTED)
    assert states(notification) == ["accepted", "waiting"]


def test_it_is_refused_while_push_is_off(admin: User) -> None:
    settings_change(enable=False)
    with pytest.raises(ApplicationError) as caught:
        own_push_test(admin)
    assert caught.value.code == "error-push-disabled"


def test_it_is_refused_without_a_device(gateway: FakeGateway) -> None:
    with pytest.raises(ApplicationError) as caught:
        own_push_test(UserFactory(roles=("admin",)))
    assert caught.value.code == "error-no-tokens-for-this-user"


@pytest.mark.parametrize(
    ("field", "words"),
    [("register_server", "“Register Server” is off"), ("privacy_terms_agreed", "Privacy Terms are accepted")],
)
def test_it_is_refused_with_the_reason_while_notifications_are_misconfigured(
    admin: User, field: str, words: str
) -> None:
    wizard = SetupWizardSettings.stored()
    setattr(wizard, field, False)
    wizard.save()
    with pytest.raises(ApplicationError, match="Server notifications are misconfigured") as caught:
        own_push_test(admin)
    assert words in caught.value.message
    assert caught.value.code == "error-push-misconfigured"


def test_a_stranger_may_not_send_one(admin: User) -> None:
    stranger = UserFactory()
    DeviceFactory(user=stranger)
    with pytest.raises(MissingPermissionError):
        own_push_test(stranger)
    with pytest.raises(MissingPermissionError):
        push_test_start(user=admin, actor=stranger)


def test_an_admin_may_test_another_users_devices(admin: User, gateway: FakeGateway) -> None:
    other = UserFactory()
    device = DeviceFactory(user=other)
    push_test_start(user=other, actor=admin)
    due_dispatch()
    assert [one.token for one in gateway.received] == [device.token]


def test_it_works_without_a_gateway_being_reached_twice(admin: User, gateway: FakeGateway) -> None:
    gateway_connect(gateway.address)
    own_push_test(admin)
    own_push_test(admin)
    due_dispatch()
    assert len(gateway.accepted) == 4
