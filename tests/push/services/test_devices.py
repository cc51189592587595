"""Registering devices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from push.models import Attempt, Channel, Device, DisabledReason, Notification
from push.services.devices import device_register, device_remove, session_devices_remove
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.errors import ApplicationError
from workspace.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory()


def register(user: User, token: str = "t1", **fields: Any) -> Device:
    return device_register(user=user, type="gcm", app_name="chat.app", token=token, **fields)


def test_registering_again_keeps_the_device_and_renews_it(ana: User) -> None:
    with time_machine.travel("2026-05-01T10:00:00Z", tick=False) as clock:
        first = register(ana)
        clock.shift(3600)
        again = register(ana)
    assert again.pk == first.pk
    assert again.registered_at - first.registered_at == timedelta(hours=1)
    assert Device.objects.count() == 1


def test_registering_again_enables_a_disabled_device(ana: User) -> None:
    device = register(ana)
    Device.objects.update(disabled_at=timezone.now(), disabled_reason=DisabledReason.TOKEN_DEAD, error_status=410)
    register(ana)
    device.refresh_from_db()
    assert (device.disabled_at, device.disabled_reason, device.error_status) == (None, "", None)


def test_a_token_moves_to_whoever_registers_it_last(ana: User) -> None:
    bob = UserFactory()
    register(ana, client_id="phone")
    register(bob, client_id="phone")
    assert Device.objects.get().user == bob


def test_a_new_token_of_the_same_client_replaces_the_old_one(ana: User) -> None:
    first = register(ana, "t1", client_id="phone")
    second = register(ana, "t2", client_id="phone")
    assert second.pk == first.pk
    assert Device.objects.get().token == "t2"


def test_a_client_that_returns_to_a_known_token_leaves_one_device(ana: User) -> None:
    register(ana, "t1", client_id="tablet")
    register(ana, "t2", client_id="phone")
    device = register(ana, "t1", client_id="phone")
    assert Device.objects.get() == device
    assert (device.token, device.client_id) == ("t1", "phone")


def test_clients_are_told_apart_by_user_app_and_id(ana: User) -> None:
    register(ana, "t1", client_id="phone")
    register(UserFactory(), "t2", client_id="phone")
    device_register(user=ana, type="gcm", app_name="other.app", token="t3", client_id="phone")
    register(ana, "t4", client_id="tablet")
    register(ana, "t5")
    register(ana, "t6")
    assert Device.objects.count() == 6


def test_what_was_sent_to_a_removed_device_stays_recorded(ana: User) -> None:
    device = register(ana)
    message = message_in(RoomFactory(members=[ana]), UserFactory())
    notification = Notification.objects.create(
        user=ana, message=message, room=message.room, channel=Channel.PUSH, rule="mentioned", due_at=timezone.now()
    )
    attempt = Attempt.objects.create(notification=notification, device=device)
    device_remove(user=ana, token="t1")
    attempt.refresh_from_db()
    assert attempt.device is None


def test_removing_another_users_device_is_refused(ana: User) -> None:
    register(ana)
    with pytest.raises(ApplicationError) as raised:
        device_remove(user=UserFactory(), token="t1")
    assert raised.value.status == 404
    assert Device.objects.exists()


def test_a_sign_in_takes_its_own_devices_along(ana: User) -> None:
    register(ana, "t1", session_digest="one")
    register(ana, "t2", session_digest="two")
    DeviceFactory(user=ana)
    session_devices_remove(user=ana, session_digest="one")
    assert sorted(Device.objects.values_list("session_digest", flat=True)) == ["", "two"]
