"""Admin pages of devices."""

from __future__ import annotations

import pytest
from django.test import Client

from push.models import Device, DisabledReason
from tests.admin_rows import administrator, device_of, staff
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/push/device/"
CONFIRMED = {"_form_submitted": "True"}


@pytest.fixture
def device() -> Device:
    return device_of(UserFactory(username="grace"))


def test_a_device_is_disabled_and_enabled_after_confirmation(client: Client, device: Device) -> None:
    client.force_login(administrator())
    client.get(f"{LIST}{device.pk}/disable/")
    assert Device.objects.get().disabled_at is None
    client.post(f"{LIST}{device.pk}/disable/", CONFIRMED)
    assert Device.objects.get().disabled_reason == DisabledReason.ADMINISTRATOR
    client.post(f"{LIST}{device.pk}/enable/", CONFIRMED)
    device.refresh_from_db()
    assert (device.disabled_at, device.disabled_reason) == (None, "")


def test_only_applicable_actions_are_offered(client: Client, device: Device) -> None:
    client.force_login(administrator())
    html = client.get(f"{LIST}{device.pk}/change/").content.decode()
    assert f"{device.pk}/disable/" in html
    assert f"{device.pk}/enable/" not in html


def test_several_devices_are_disabled_only_after_confirmation(client: Client, device: Device) -> None:
    client.force_login(administrator())
    sent = {"action": "disable", "_selected_action": [device.pk]}
    assert b"No notifications are sent to a disabled device" in client.post(LIST, sent).content
    assert Device.objects.get().disabled_at is None
    client.post(LIST, {**sent, "confirmed": "yes"})
    assert Device.objects.get().disabled_at is not None


def test_viewers_cannot_disable_devices(client: Client, device: Device) -> None:
    client.force_login(staff("push.view_device"))
    assert client.get(f"{LIST}{device.pk}/disable/").status_code == 403
    assert client.post(f"{LIST}{device.pk}/disable/", CONFIRMED).status_code == 403
    client.post(LIST, {"action": "disable", "_selected_action": [device.pk], "confirmed": "yes"})
    assert Device.objects.get().disabled_at is None


def test_a_device_is_found_by_its_complete_token_only(client: Client, device: Device) -> None:
    client.force_login(administrator())
    assert "@grace" in client.get(LIST, {"q": device.token}).content.decode()
    assert "@grace" not in client.get(LIST, {"q": device.token[:12]}).content.decode()


def test_only_the_end_of_a_token_is_shown(client: Client, device: Device) -> None:
    client.force_login(administrator())
    assert f"••••••{device.token[-6:]}" in client.get(f"{LIST}{device.pk}/change/").content.decode()


@pytest.mark.parametrize(("asked", "found"), [("yes", True), ("no", False)])
def test_devices_are_filtered_by_state(client: Client, device: Device, asked: str, found: bool) -> None:
    client.force_login(administrator())
    assert ("@grace" in client.get(LIST, {"enabled": asked}).content.decode()) is found


def test_a_users_page_shows_their_devices(client: Client, device: Device) -> None:
    client.force_login(administrator())
    html = client.get(f"/admin/workspace/user/{device.user.pk}/change/").content.decode()
    assert f"{LIST}{device.pk}/change/" in html
    assert device.token not in html
