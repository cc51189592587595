"""Settings over the API."""

from __future__ import annotations

from typing import Any

import pytest

from push.models import PushSettings
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import UserFactory
from tests.workspace.pages.test_settings_group import staff
from tests.workspace.setting_groups.test_base import CONTRACT
from workspace.models import ChangeSource, GeneralSettings, SettingChange
from workspace.setting_groups.registry import settings_by_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> ApiClient:
    return ApiClient(UserFactory(roles=("admin",)))


def by_id(answer: Any) -> dict[str, Any]:
    body = answer.json()
    assert body["success"] is True
    return {row["_id"]: row for row in body["settings"]}


def test_anyone_can_read_public_settings_and_no_others() -> None:
    rows = by_id(ApiClient().get("settings.public", count=0))
    assert rows["Push_enable"] == {"_id": "Push_enable", "value": True}
    assert rows["Site_Url"]["value"].startswith("http")
    assert "Push_gateway" not in rows
    assert "Push_apn_key" not in rows


def test_public_settings_are_requested_by_id() -> None:
    body = ApiClient().get("settings.public", _id="Site_Name, uniqueID,Unknown").json()
    assert [row["_id"] for row in body["settings"]] == ["Site_Name", "uniqueID"]
    assert (body["total"], body["count"], body["offset"]) == (2, 2, 0)


def test_public_settings_are_paginated_without_duplicates() -> None:
    seen: list[str] = []
    total = 1
    while len(seen) < total:
        body = ApiClient().get("settings.public", count=7, offset=len(seen)).json()
        assert body["settings"]
        total = body["total"]
        seen += [row["_id"] for row in body["settings"]]
    assert len(set(seen)) == len(seen) == total
    assert seen == sorted(seen)


def test_a_page_has_the_length_that_the_workspace_sets() -> None:
    GeneralSettings.objects.update(api_default_count=3, api_allow_infinite_count=False)
    assert ApiClient().get("settings.public").json()["count"] == 3
    assert ApiClient().get("settings.public", count=0).json()["count"] == 0


@pytest.mark.parametrize(
    "query",
    [{"offset": -1}, {"offset": 10**30}, {"count": "many"}, {"sort": "{"}, {"sort": '{"_id": 2}'}, {"sort": "[1]"}],
)
def test_an_invalid_page_number_is_rejected(query: dict[str, Any]) -> None:
    assert "invalid-params" in failure(ApiClient().get("settings.public", **query))


def test_the_order_can_be_reversed() -> None:
    body = ApiClient().get("settings.public", sort='{"_id": -1}', count=0).json()
    names = [row["_id"] for row in body["settings"]]
    assert names == sorted(names, reverse=True)


def test_every_setting_of_the_contract_is_served_with_its_default(api: ApiClient) -> None:
    rows = by_id(api.get("settings", count=0, includeDefaults="true"))
    assert {name: rows[name]["value"] for name in CONTRACT} == CONTRACT
    assert rows["Push_gateway"]["packageValue"] == CONTRACT["Push_gateway"]
    assert rows["Push_test_push"]["type"] == "action"
    assert set(settings_by_id()) <= set(rows)


def test_defaults_are_returned_on_request_only(api: ApiClient) -> None:
    assert "packageValue" not in by_id(api.get("settings", count=0))["Push_gateway"]


def test_a_setting_contains_what_its_screen_shows(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERWRITE_SETTING_Push_enable", "false")
    rows = by_id(api.get("settings", count=0))
    assert rows["Push_enable"]["value"] is False
    assert rows["Push_enable"]["readonly"] is True
    assert "OVERWRITE_SETTING_Push_enable" in rows["Push_enable"]["readonlyReason"]
    premium = rows["Push_request_content_from_server"]
    assert (premium["enterprise"], premium["modules"], premium["value"]) == (True, ["push-privacy"], False)
    assert rows["Notifications_Busy_Silences"]["values"][1]["key"] == "desktop"


def test_a_secret_is_never_returned(api: ApiClient) -> None:
    PushSettings(apn_passphrase="open sesame").save()
    answer = api.get("settings", count=0, includeDefaults="true")
    row = by_id(answer)["Push_apn_passphrase"]
    assert (row["value"], row["secret"], row["isSet"]) == ("", True, True)
    assert "open sesame" not in answer.content.decode()
    assert api.get("settings/Push_apn_passphrase").json()["value"] == ""


def test_one_setting_is_read_and_saved(api: ApiClient) -> None:
    assert api.post("settings/Push_show_message", value=False).json() == {"success": True}
    assert api.get("settings/Push_show_message").json() == {
        "_id": "Push_show_message",
        "value": False,
        "success": True,
    }
    change = SettingChange.objects.get()
    assert (change.source, change.address) == (ChangeSource.API, "127.0.0.1")


@pytest.mark.parametrize("value", ["false", False])
def test_a_boolean_may_be_given_as_text(api: ApiClient, value: Any) -> None:
    api.post("settings/Push_enable", value=value, editor="color")
    assert PushSettings.current().enable is False


def test_built_in_settings_can_be_read_but_not_saved(api: ApiClient) -> None:
    assert api.get("settings/Threads_enabled").json()["value"] is True
    assert "error-action-not-allowed" in failure(api.post("settings/Threads_enabled", value=False), 403)


def test_several_are_saved_together(api: ApiClient) -> None:
    body = {"settings": [{"_id": "Site_Name", "value": "Globe"}, {"_id": "Push_enable", "value": False}]}
    assert api.post("settings", body).json() == {"success": True}
    assert GeneralSettings.current().site_name == "Globe"
    assert PushSettings.current().enable is False


@pytest.mark.parametrize(
    ("other", "status", "code"),
    [
        ({"_id": "Push_enable", "value": "perhaps"}, 400, "invalid-params"),
        ({"_id": "Push_everything", "value": True}, 400, "error-setting-not-found"),
        ({"_id": "uniqueID", "value": "x"}, 403, "error-action-not-allowed"),
        ({"_id": "Push_request_content_from_server", "value": True}, 403, "error-action-not-allowed"),
        ({"_id": "Site_Name", "value": "Twice"}, 400, "invalid-params"),
        ({"_id": "Push_enable"}, 400, "invalid-params"),
        ({"value": True}, 400, "invalid-params"),
        ("Push_enable", 400, "invalid-params"),
    ],
)
def test_several_are_saved_all_or_none(api: ApiClient, other: Any, status: int, code: str) -> None:
    body = {"settings": [{"_id": "Site_Name", "value": "Globe"}, other]}
    assert code in failure(api.post("settings", body), status)
    assert GeneralSettings.stored().site_name == "Callboard"


def test_a_locked_setting_is_named_in_the_details(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERWRITE_SETTING_Push_enable", "true")
    answer = api.post("settings/Push_enable", value=False)
    assert answer.status_code == 403
    assert answer.json()["details"] == {"method": "saveSettings", "settingIds": ["Push_enable"]}


@pytest.mark.parametrize("body", [{}, {"settings": []}, {"settings": None}, {"settings": {"_id": "Site_Name"}}, []])
def test_a_bulk_without_settings_is_refused(api: ApiClient, body: Any) -> None:
    assert "invalid-params" in failure(api.post("settings", body))


def test_a_value_must_be_given(api: ApiClient) -> None:
    assert "must have required property 'value'" in failure(api.post("settings/Site_Name", {}))
    assert "must have required property 'value'" in failure(api.post("settings/Site_Name", execute=False))


def test_an_unknown_setting_is_refused(api: ApiClient) -> None:
    assert "error-setting-not-found" in failure(api.get("settings/Push_everything"))
    assert "error-setting-not-found" in failure(api.post("settings/Push_everything", value=1))
    assert "error-setting-not-found" in failure(api.post("settings/Push_enable", execute=True))


def test_a_rejected_secret_is_not_repeated_in_the_response(api: ApiClient) -> None:
    answer = api.post("settings/Push_apn_key", value="open sesame, this is no key")
    assert "not a private key in PEM format" in failure(answer)
    assert "open sesame" not in answer.content.decode()


@pytest.mark.parametrize("user_of", [lambda: UserFactory(), lambda: staff("view_user")])
def test_without_the_permissions_nothing_is_shown(user_of: Any) -> None:
    api = ApiClient(user_of())
    for answer in (
        api.get("settings"),
        api.get("settings/Push_enable"),
        api.post("settings/Push_enable", value=False),
        api.post("settings", settings=[{"_id": "Push_enable", "value": False}]),
        api.post("settings/Push_test_push", execute=True),
    ):
        assert "error-unauthorized" in failure(answer, 403)
    assert PushSettings.stored().enable is True


def test_viewing_and_editing_require_separate_permissions() -> None:
    viewer, editor = ApiClient(staff("view_privileged_setting")), ApiClient(staff("edit_privileged_setting"))
    assert viewer.get("settings/Push_enable").status_code == 200
    assert viewer.post("settings/Push_enable", value=False).status_code == 403
    assert editor.get("settings/Push_enable").status_code == 403
    assert editor.post("settings/Push_enable", value=False).status_code == 200


def test_an_anonymous_user_is_rejected() -> None:
    for answer in (
        ApiClient().get("settings"),
        ApiClient().get("settings/Push_enable"),
        ApiClient().post("settings/Push_enable", value=False),
        ApiClient().post("settings", settings=[]),
    ):
        assert answer.status_code == 401
        assert answer.json() == NOT_SIGNED_IN


# The settings that the mobile app reads before and after a sign-in.
BEFORE_SIGN_IN = """
    API_Gitlab_URL CAS_enabled CAS_login_url Accounts_EmailVerification Accounts_ManuallyApproveNewUsers
    Accounts_ShowFormLogin Site_Url Accounts_RegistrationForm Accounts_RegistrationForm_LinkReplacementText
    Accounts_EmailOrUsernamePlaceholder Accounts_PasswordPlaceholder Accounts_PasswordReset
    Accounts_iframe_enabled Accounts_Iframe_api_url Accounts_Iframe_api_method
"""
AFTER_SIGN_IN = """
    API_Embed API_Gitlab_URL API_Use_REST_For_DDP_Calls Accounts_AllowDeleteOwnAccount Accounts_AllowEmailChange
    Accounts_AllowInvisibleStatusOption Accounts_AllowPasswordChange Accounts_AllowRealNameChange
    Accounts_AllowUserAvatarChange Accounts_AllowUserProfileChange Accounts_AllowUserStatusMessageChange
    Accounts_AllowUsernameChange Accounts_AvatarBlockUnauthenticatedAccess Accounts_AvatarExternalProviderUrl
    Accounts_ConfirmPasswordPlaceholder Accounts_CustomFields Accounts_Directory_DefaultView
    Accounts_EmailOrUsernamePlaceholder Accounts_EmailVerification Accounts_Iframe_api_method
    Accounts_Iframe_api_url Accounts_ManuallyApproveNewUsers Accounts_NamePlaceholder
    Accounts_PasswordPlaceholder Accounts_PasswordReset Accounts_Password_Policy_AtLeastOneLowercase
    Accounts_Password_Policy_AtLeastOneNumber Accounts_Password_Policy_AtLeastOneSpecialCharacter
    Accounts_Password_Policy_AtLeastOneUppercase Accounts_Password_Policy_Enabled
    Accounts_Password_Policy_ForbidRepeatingCharacters Accounts_Password_Policy_ForbidRepeatingCharactersCount
    Accounts_Password_Policy_MaxLength Accounts_Password_Policy_MinLength Accounts_RegistrationForm
    Accounts_RegistrationForm_LinkReplacementText Accounts_RequirePasswordConfirmation
    Accounts_RoomAvatarExternalProviderUrl Accounts_ShowFormLogin Accounts_iframe_enabled
    Allow_Save_Media_to_Gallery Assets_favicon_512 AutoTranslate_Enabled CAS_enabled CAS_login_url CDN_PREFIX
    CROWD_Enable Canned_Responses_Enable Cloud_Workspace_AirGapped_Restrictions_Remaining_Days
    DirectMesssage_maxUsers E2E_Enable FEDERATION_Enabled Federation_Matrix_enabled Federation_Service_Enabled
    FileUpload_MaxFileSize FileUpload_MediaTypeWhiteList FileUpload_ProtectFiles Force_Screen_Lock
    Force_Screen_Lock_After Hide_System_Messages Jitsi_Domain Jitsi_Enable_Channels Jitsi_Enable_Teams
    Jitsi_Enabled Jitsi_Enabled_TokenAuth Jitsi_SSL Jitsi_URL_Room_Hash Jitsi_URL_Room_Prefix LDAP_Enable
    Livechat_allow_manual_on_hold Livechat_request_comment_when_closing_conversation Message_AllowDeleting
    Message_AllowDeleting_BlockDeleteInMinutes Message_AllowEditing Message_AllowEditing_BlockEditInMinutes
    Message_AudioRecorderEnabled Message_GroupingPeriod Message_Read_Receipt_Enabled
    Message_Read_Receipt_Store_Users Message_TimeAndDateFormat Message_TimeFormat
    Number_of_users_autocomplete_suggestions Omnichannel_call_provider Presence_broadcast_disabled Site_Name
    Site_Url Store_Last_Message Threads_enabled UI_Allow_room_names_with_special_chars UI_Use_Real_Name
    VideoConf_Enable_Channels VideoConf_Enable_DMs VideoConf_Enable_Groups VideoConf_Enable_Teams
    VoIP_TeamCollab_Ice_Gathering_Timeout VoIP_TeamCollab_Ice_Servers
    VoIP_TeamCollab_SIP_Integration_For_Internal_Calls uniqueID
"""


@pytest.mark.parametrize("text", [BEFORE_SIGN_IN, AFTER_SIGN_IN], ids=["before", "after"])
def test_all_settings_that_the_mobile_app_reads_are_returned(text: str) -> None:
    ids = text.split()
    seen: dict[str, Any] = {}
    while len(seen) < len(ids):
        body = ApiClient().get("settings.public", _id=",".join(ids), offset=len(seen)).json()
        assert body["settings"], set(ids) - seen.keys()
        seen |= {row["_id"]: row["value"] for row in body["settings"]}
        assert body["total"] == len(ids)
    assert seen.keys() == set(ids)


def test_the_mobile_app_shows_its_sign_in_form_and_hides_what_does_not_exist() -> None:
    rows = by_id(ApiClient().get("settings.public", count=0))
    assert rows["Accounts_ShowFormLogin"]["value"] is True
    assert rows["Accounts_RegistrationForm"]["value"] == "Disabled"
    absent = ("E2E_Enable", "LDAP_Enable", "CAS_enabled", "FileUpload_Enabled", "Livechat_enabled", "Jitsi_Enabled")
    assert not any(rows[name]["value"] for name in absent)


@pytest.mark.parametrize("name", ["Threads_enabled", "Hide_System_Messages", "Accounts_ShowFormLogin"])
def test_each_of_them_is_read_by_its_address(api: ApiClient, name: str) -> None:
    public = by_id(ApiClient().get("settings.public", _id=name))
    assert api.get(f"settings/{name}").json()["value"] == public[name]["value"]


def test_registration_by_secret_requires_a_secret(api: ApiClient) -> None:
    name = "Accounts_RegistrationForm"
    assert "Enter the secret" in failure(api.post(f"settings/{name}", value="Secret URL"))
    assert "at least 8" in failure(api.post(f"settings/{name}_SecretURL", value="short"))
    assert api.post(f"settings/{name}_SecretURL", value="open-sesame").status_code == 200
    assert api.post(f"settings/{name}", value="Secret URL").status_code == 200
    assert f"{name}_SecretURL" not in by_id(ApiClient().get("settings.public", count=0))
