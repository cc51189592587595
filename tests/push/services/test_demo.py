"""The demo workspace of the embedded default."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.management import call_command

from cloud.models import PendingRegistration, RegisteredWorkspace, TermsConsent
from cloud.selectors.connection import ConnectionState, connection_status
from push.models import PushSettings
from push.services.demo import PASSWORD, demo_prepare
from tests.factories import UserFactory
from workspace.models import ChangeSource, Room, SettingChange, User

pytestmark = pytest.mark.django_db
SITE = "http://127.0.0.1:8000"


def test_it_fills_an_empty_installation_with_people_who_can_sign_in() -> None:
    assert demo_prepare(site_url=SITE)
    assert set(User.objects.values_list("username", flat=True)) == {"admin", "ana", "bob"}
    assert all(user.check_password(PASSWORD) for user in User.objects.all())
    assert User.objects.get(username="admin").is_staff


def test_everybody_is_in_the_general_channel_under_the_id_that_clients_know() -> None:
    demo_prepare(site_url=SITE)
    assert Room.objects.get(public_id="GENERAL", name="general").members_count == 3


def test_the_worker_is_to_connect_it_to_the_cloud_in_its_own_site_where_it_pushes_through_the_gateway() -> None:
    demo_prepare(site_url=SITE)
    assert PushSettings.stored().gateway == SITE
    assert connection_status().state == ConnectionState.CONNECTING
    assert PendingRegistration.objects.get().cloud_url == settings.SITE_URL


def test_what_it_sets_is_told_in_the_settings_history_as_from_the_command_line() -> None:
    demo_prepare(site_url=SITE)
    changes = SettingChange.objects.order_by("setting_id").values_list("setting_id", "after", "source", "actor_name")
    assert list(changes) == [
        ("Cloud_Service_Agree_PrivacyTerms", True, ChangeSource.COMMAND, ""),
        ("Push_gateway", SITE, ChangeSource.COMMAND, ""),
    ]
    assert TermsConsent.objects.get().actor_name == ""


def test_what_the_environment_fixes_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERWRITE_SETTING_Push_gateway", "https://own.example")
    assert demo_prepare(site_url=SITE)
    assert PushSettings.current().gateway == "https://own.example"
    assert not SettingChange.objects.filter(setting_id="Push_gateway").exists()


def test_an_installation_with_an_account_is_left_as_it_is() -> None:
    UserFactory(username="somebody")
    assert not demo_prepare(site_url=SITE)
    assert User.objects.count() == 1
    assert not RegisteredWorkspace.objects.exists()


def test_set_up_twice_changes_nothing_and_tells_where_to_go(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("setup")
    User.objects.filter(username="bob").update(username="robert")
    call_command("setup")
    assert not User.objects.filter(username="bob").exists()
    output = capsys.readouterr().out
    assert "/phone/" in output
    assert "admin, ana   password" in output
