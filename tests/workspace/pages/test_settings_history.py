"""The page of the settings history."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.factories import UserFactory
from tests.workspace.pages.test_settings_group import signed_in, staff
from workspace.models import ChangeSource, GeneralSettings, SettingChange, User
from workspace.services.settings import Origin, setting_save

pytestmark = pytest.mark.django_db

HISTORY = "/admin/settings/history/"


@pytest.fixture
def rose() -> User:
    return UserFactory(username="rose", roles=("admin",))


@pytest.fixture
def client(rose: User) -> Client:
    return signed_in(rose)


def change(actor: User, setting_id: str, value: object, source: ChangeSource = ChangeSource.API) -> SettingChange:
    (found,) = setting_save(setting_id=setting_id, value=value, origin=Origin(source=source, actor=actor))
    return found


def listed(client: Client, **filters: str) -> str:
    return client.get(HISTORY, filters).content.decode()


def test_a_change_is_described(client: Client, rose: User) -> None:
    change(rose, "Push_show_message", False)
    text = listed(client)
    assert "<del>on</del>" in text
    assert "<ins>off</ins>" in text
    assert "rose, " in text


def test_only_the_fingerprint_of_a_secret_is_shown(client: Client, rose: User) -> None:
    change(rose, "Push_apn_passphrase", "open sesame")
    text = listed(client)
    assert "set (fingerprint " in text
    assert "open sesame" not in text
    assert "Revert…" not in text


def test_changes_are_filtered(client: Client, rose: User) -> None:
    other = UserFactory(username="olga", roles=("admin",))
    with time_machine.travel(datetime(2026, 1, 5, 12, tzinfo=UTC)):
        change(rose, "Site_Name", "Globe")
    with time_machine.travel(datetime(2026, 2, 5, 12, tzinfo=UTC)):
        change(other, "Push_enable", False, ChangeSource.ADMIN)
    assert "<ins>Globe</ins>" in listed(client, setting="Site_Name")
    assert "<ins>off</ins>" not in listed(client, setting="Site_Name")
    assert "<ins>Globe</ins>" not in listed(client, by="OLGA")
    assert "<ins>off</ins>" in listed(client, by="OLGA")
    assert "<ins>off</ins>" not in listed(client, source="api")
    assert "<ins>Globe</ins>" not in listed(client, since="2026-02-01")
    assert "<ins>off</ins>" not in listed(client, until="2026-01-05")
    assert "<ins>Globe</ins>" in listed(client, until="2026-01-05")


@pytest.mark.parametrize(
    "filters",
    [
        {"setting": "Nothing"},
        {"since": "yesterday"},
        {"source": "x"},
        {"since": "0001-01-01"},
        {"until": "9999-12-31"},
    ],
)
def test_an_invalid_filter_shows_nothing(client: Client, rose: User, filters: dict[str, str]) -> None:
    change(rose, "Site_Name", "Globe")
    assert "<ins>" not in listed(client, **filters)


def test_the_list_has_pages(client: Client, rose: User) -> None:
    SettingChange.objects.bulk_create(
        SettingChange(setting_id="Site_Name", before="a", after=f"name {number}", source=ChangeSource.API)
        for number in range(60)
    )
    assert "Page 1 of 2" in listed(client)
    assert "<ins>name 3</ins>" in listed(client, page="2")
    assert "<ins>name 3</ins>" in listed(client, page="999")


def test_a_revert_asks_for_confirmation_and_restores_the_value(client: Client, rose: User) -> None:
    made = change(rose, "Site_Name", "Globe")
    address = reverse("settings_revert", args=[made.pk])
    assert "and will be set back to <strong>Callboard</strong>" in client.get(address).content.decode()
    assert GeneralSettings.current().site_name == "Globe"
    answer = client.post(address, follow=True)
    assert "“Site name” was reverted to Callboard." in answer.content.decode()
    assert GeneralSettings.current().site_name == "Callboard"
    assert SettingChange.objects.first().source == ChangeSource.REVERT  # type: ignore[union-attr]


def test_an_impossible_revert_shows_the_reason(client: Client, rose: User) -> None:
    secret = change(rose, "Push_apn_passphrase", "open sesame")
    assert (
        "Former values of secrets are not stored"
        in client.get(reverse("settings_revert", args=[secret.pk])).content.decode()
    )
    answer = client.post(reverse("settings_revert", args=[secret.pk]), follow=True)
    assert "Former values of secrets are not stored" in answer.content.decode()
    GeneralSettings.stored().save()
    done = SettingChange.objects.create(setting_id="Site_Name", before="Callboard", after="x", source=ChangeSource.API)
    assert "already has this value" in client.get(reverse("settings_revert", args=[done.pk])).content.decode()


def test_a_change_of_a_removed_setting_is_still_listed(client: Client) -> None:
    gone = SettingChange.objects.create(setting_id="Old_one", before=1, after=2, source=ChangeSource.API)
    assert "Old_one" in listed(client)
    assert "This setting no longer exists" in client.get(reverse("settings_revert", args=[gone.pk])).content.decode()


def test_anonymous_users_and_users_without_permission_are_rejected(rose: User) -> None:
    made = change(rose, "Site_Name", "Globe")
    address = reverse("settings_revert", args=[made.pk])
    assert Client().get(HISTORY).status_code == 302
    assert Client().post(address).status_code == 302
    assert signed_in(staff("view_user")).get(HISTORY).status_code == 403
    viewer = signed_in(staff("view_privileged_setting"))
    assert viewer.get(HISTORY).status_code == 200
    assert viewer.post(address).status_code == 403
    assert GeneralSettings.current().site_name == "Globe"
