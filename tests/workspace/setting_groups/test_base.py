"""The effective settings."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import models

from cloud.services.connection import connection_save
from push.models import PushSettings
from tests.cases import for_each
from workspace.api.settings.objects import setting_of
from workspace.models import GeneralSettings, MobileSettings
from workspace.pages.settings.forms import form_field
from workspace.setting_groups import SettingsGroup, licence, setting
from workspace.setting_groups.documentation import group_page
from workspace.setting_groups.kinds import Kind
from workspace.setting_groups.locks import LockKind
from workspace.setting_groups.registry import requirements_unmet, settings_by_id, settings_of

pytestmark = pytest.mark.django_db

# The ids and defaults in the API contract.
CONTRACT = {
    "Push_enable": True,
    "Push_enable_gateway": True,
    "Push_gateway": "https://gateway.rocket.chat",
    "Push_production": True,
    "Push_apn_passphrase": "",
    "Push_apn_key": "",
    "Push_apn_cert": "",
    "Push_apn_dev_passphrase": "",
    "Push_apn_dev_key": "",
    "Push_apn_dev_cert": "",
    "Push_google_api_credentials": "",
    "Push_gcm_api_key": "",
    "Push_gcm_project_number": "",
    "Push_show_username_room": True,
    "Push_show_message": True,
    "Allow_Save_Media_to_Gallery": True,
    "Force_Screen_Lock": False,
    "Force_Screen_Lock_After": 1800,
    "Apple_Watch_Quick_Actions": "OK,Yes,No,On my way,Will follow up shortly",
    "Notifications_Max_Room_Members": 100,
    "Register_Server": False,
    "Cloud_Service_Agree_PrivacyTerms": False,
    "Nps_survey_enabled": False,
    "Accounts_AllowEmailNotifications": True,
    "Accounts_Default_User_Preferences_enableAutoAway": True,
    "Accounts_Default_User_Preferences_idleTimeLimit": 60,
    "Accounts_Default_User_Preferences_desktopNotificationRequireInteraction": False,
    "Accounts_Default_User_Preferences_desktopNotifications": "all",
    "Accounts_Default_User_Preferences_pushNotifications": "all",
    "Accounts_Default_User_Preferences_emailNotificationMode": "mentions",
    "Accounts_Default_User_Preferences_unreadAlert": True,
    "Accounts_Default_User_Preferences_receiveLoginDetectionEmail": True,
    "Accounts_Default_User_Preferences_muteFocusedConversations": True,
    "Accounts_Default_User_Preferences_newRoomNotification": "door",
    "Accounts_Default_User_Preferences_newMessageNotification": "chime",
    "Accounts_Default_User_Preferences_notificationsSoundVolume": 100,
    "API_Default_Count": 50,
    "API_Allow_Infinite_Count": True,
    "UI_Use_Real_Name": False,
}


@for_each("setting_id, default", CONTRACT.items())
def test_a_setting_of_the_contract_has_its_default(setting_id: str, default: Any) -> None:
    assert settings_by_id()[setting_id].value == default


def test_the_premium_setting_of_the_contract_is_off_by_default() -> None:
    entry = settings_by_id()["Push_request_content_from_server"]
    assert (entry.default, entry.value) == (True, False)


@pytest.mark.parametrize(
    "setting_id",
    ["Push_enable", "Push_production", "Push_show_username_room", "Push_show_message", "Force_Screen_Lock"],
)
def test_a_setting_that_clients_read_is_public(setting_id: str) -> None:
    assert settings_by_id()[setting_id].declaration.public


def test_no_secret_is_public() -> None:
    assert not [
        entry.id for entry in settings_by_id().values() if entry.declaration.secret and entry.declaration.public
    ]


def test_a_group_with_a_new_field_needs_one_declaration(monkeypatch: pytest.MonkeyPatch) -> None:
    class LightingSettings(SettingsGroup):
        dimmed = setting(
            models.BooleanField("Dimmed", default=True, help_text="Dim the lights."),
            id="Lighting_dimmed",
            section="Stage",
            public=True,
        )

        class Meta:
            app_label = "lighting"
            verbose_name = "Lighting"

    # A migration would create the table. Without it, the group has its defaults.
    monkeypatch.setattr(LightingSettings, "stored", classmethod(lambda cls: cls()))
    (entry,) = settings_of(LightingSettings)
    assert (entry.id, entry.label, entry.default, entry.kind) == ("Lighting_dimmed", "Dimmed", True, Kind.BOOLEAN)
    shown = setting_of(entry, with_default=True)
    assert (shown["_id"], shown["section"], shown["public"]) == ("Lighting_dimmed", "Stage", True)
    field = form_field(entry)
    assert (field.label, field.help_text, field.initial) == ("Dimmed", "Dim the lights.", True)
    assert "| `Lighting_dimmed` | Dimmed |" in group_page(LightingSettings)


def test_the_environment_fixes_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    MobileSettings(force_screen_lock=False).save()
    monkeypatch.setenv("OVERWRITE_SETTING_Force_Screen_Lock", "true")
    assert MobileSettings.current().force_screen_lock is True
    assert MobileSettings.stored().force_screen_lock is False
    lock = settings_by_id()["Force_Screen_Lock"].lock
    assert lock is not None
    assert "OVERWRITE_SETTING_Force_Screen_Lock" in str(lock.reason)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("OVERWRITE_SETTING_Nothing", "1", "does not name a setting"),
        ("OVERWRITE_SETTING_Push_enable", "perhaps", "true or false"),
        ("OVERWRITE_SETTING_Notifications_Max_Room_Members", "-5", "greater than or equal to 0"),
    ],
)
def test_the_start_fails_with_an_invalid_override(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    problems = [str(problem.msg) for problem in run_checks() if str(problem.id).startswith("workspace.E00")]
    assert len(problems) == 1
    assert name in problems[0]
    assert words in problems[0]


def test_a_premium_setting_is_off_without_its_module() -> None:
    PushSettings(request_content_from_server=True).save()
    assert PushSettings.current().request_content_from_server is False
    lock = settings_by_id()["Push_request_content_from_server"].lock
    assert lock is not None
    assert "push-privacy" in str(lock.reason)


def test_the_environment_does_not_replace_a_licence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERWRITE_SETTING_Push_request_content_from_server", "true")
    assert PushSettings.current().request_content_from_server is False
    lock = settings_by_id()["Push_request_content_from_server"].lock
    assert lock is not None
    assert lock.kind == LockKind.PREMIUM


def test_a_premium_setting_takes_effect_with_its_module() -> None:
    PushSettings(request_content_from_server=True).save()

    def modules() -> list[str]:
        return ["push-privacy"]

    licence.source_register(modules)
    try:
        assert PushSettings.current().request_content_from_server is True
        assert settings_by_id()["Push_request_content_from_server"].lock is None
    finally:
        licence.source_unregister(modules)


def test_the_hosting_cloud_chooses_the_gateway_of_a_hosted_workspace(settings: Any) -> None:
    PushSettings(enable_gateway=False, gateway="https://own.example").save()
    connection_save(
        workspace_id="w", cloud_url="https://cloud.example", gateway_url="https://push.cloud.example", access_token="t"
    )
    settings.CLOUD_HOSTED = True
    SettingsGroup.forget_cached()
    assert PushSettings.current().enable_gateway is True
    assert PushSettings.current().gateway == "https://push.cloud.example"


def test_a_hosted_workspace_that_is_not_registered_has_no_gateway(settings: Any) -> None:
    PushSettings().save()
    settings.CLOUD_HOSTED = True
    SettingsGroup.forget_cached()
    assert PushSettings.current().gateway == ""


def test_requirements_list_what_is_not_met() -> None:
    PushSettings().save()
    unmet = requirements_unmet(settings_by_id()["Push_enable_gateway"].declaration.requires)
    assert [(entry.id, wanted) for entry, wanted in unmet] == [
        ("Register_Server", True),
        ("Cloud_Service_Agree_PrivacyTerms", True),
    ]
    (unmet_negation,) = requirements_unmet(settings_by_id()["Push_production"].declaration.requires)
    assert (unmet_negation[0].id, unmet_negation[1]) == ("Push_enable_gateway", False)


def test_a_group_is_queried_at_most_once_a_second(django_assert_num_queries: Any) -> None:
    GeneralSettings.current()
    with django_assert_num_queries(0):
        GeneralSettings.current()
