"""Saving settings."""

from __future__ import annotations

from typing import Any

import pytest

from cloud.models import SetupWizardSettings
from push.models import PushSettings
from tests.factories import UserFactory
from tests.keys import certificate_pem, key_pem, rsa_key
from workspace.errors import ApplicationError, MissingPermissionError
from workspace.models import ChangeSource, GeneralSettings, SettingChange, User
from workspace.services.settings import Origin, setting_revert, setting_save, settings_save

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return UserFactory(roles=("admin",))


@pytest.fixture
def origin(admin: User) -> Origin:
    return Origin(source=ChangeSource.API, actor=admin, address="192.0.2.7")


def refused(values: dict[str, Any], origin: Origin) -> ApplicationError:
    with pytest.raises(ApplicationError) as caught:
        settings_save(values=values, origin=origin)
    return caught.value


def test_a_saved_setting_takes_effect_at_once(origin: Origin) -> None:
    assert GeneralSettings.current().max_room_members == 100
    setting_save(setting_id="Notifications_Max_Room_Members", value=5, origin=origin)
    assert GeneralSettings.current().max_room_members == 5


def test_a_change_is_recorded_with_who_what_and_where_from(admin: User, origin: Origin) -> None:
    (change,) = setting_save(setting_id="Site_Name", value="Globe", origin=origin)
    assert (change.before, change.after) == ("Callboard", "Globe")
    assert (change.actor, change.actor_name, change.source, change.address) == (
        admin,
        admin.username,
        ChangeSource.API,
        "192.0.2.7",
    )


def test_saving_the_same_value_records_nothing(origin: Origin) -> None:
    assert setting_save(setting_id="Site_Name", value="Callboard", origin=origin) == []
    assert not SettingChange.objects.exists()


def test_a_change_remains_after_its_account_is_deleted(admin: User, origin: Origin) -> None:
    setting_save(setting_id="Site_Name", value="Globe", origin=origin)
    name = admin.username
    admin.delete()
    assert SettingChange.objects.get().actor_name == name


def test_all_are_saved_or_none(origin: Origin) -> None:
    error = refused({"Site_Name": "Globe", "Notifications_Max_Room_Members": "many"}, origin)
    assert error.code == "invalid-params"
    assert error.details["errors"] == {"Notifications_Max_Room_Members": ["Must be a whole number."]}
    assert GeneralSettings.stored().site_name == "Callboard"


def test_an_error_in_one_group_prevents_saving_the_others(origin: Origin) -> None:
    error = refused({"Site_Name": "Globe", "Push_apn_key": "no key"}, origin)
    assert list(error.details["errors"]) == ["Push_apn_key"]
    assert GeneralSettings.stored().site_name == "Callboard"
    assert not SettingChange.objects.exists()


def test_an_unknown_setting_is_refused(origin: Origin) -> None:
    error = refused({"Push_everything": True}, origin)
    assert (error.code, error.details["settingIds"]) == ("error-setting-not-found", ["Push_everything"])


@pytest.mark.parametrize("setting_id", ["uniqueID", "Site_Url", "Push_request_content_from_server"])
def test_a_setting_that_cannot_be_changed_is_rejected(origin: Origin, setting_id: str) -> None:
    error = refused({setting_id: "true"}, origin)
    assert (error.code, error.status, error.details["settingIds"]) == ("error-action-not-allowed", 403, [setting_id])


def test_a_setting_that_the_environment_fixes_is_refused(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERWRITE_SETTING_Push_enable", "false")
    error = refused({"Push_enable": True, "Site_Name": "Globe"}, origin)
    assert (error.status, error.details["settingIds"]) == (403, ["Push_enable"])


def test_the_gateway_of_a_hosted_workspace_is_refused(origin: Origin, settings: Any) -> None:
    settings.CLOUD_HOSTED = True
    assert refused({"Push_gateway": "https://own.example"}, origin).details["settingIds"] == ["Push_gateway"]


def test_an_anonymous_user_cannot_save_anything() -> None:
    with pytest.raises(MissingPermissionError):
        setting_save(setting_id="Site_Name", value="Mine", origin=Origin(source=ChangeSource.API, actor=UserFactory()))
    assert GeneralSettings.stored().site_name == "Callboard"


def test_a_revert_restores_the_value_and_is_recorded(admin: User, origin: Origin) -> None:
    (change,) = setting_save(setting_id="Site_Name", value="Globe", origin=origin)
    (reverted,) = setting_revert(change=change, actor=admin)
    assert GeneralSettings.current().site_name == "Callboard"
    assert (reverted.before, reverted.after, reverted.source) == ("Globe", "Callboard", ChangeSource.REVERT)


def test_a_secret_leaves_only_its_fingerprint_in_the_history_and_cannot_be_reverted(
    admin: User, origin: Origin
) -> None:
    (change,) = setting_save(setting_id="Push_apn_passphrase", value="hunter2 hunter2", origin=origin)
    assert change.before == {}
    assert list(change.after) == ["fingerprint"]
    assert "hunter2" not in str(change.after)
    with pytest.raises(ApplicationError, match="not stored"):
        setting_revert(change=change, actor=admin)


def test_who_agreed_to_the_terms_and_when_is_kept(admin: User, origin: Origin) -> None:
    setting_save(setting_id="Cloud_Service_Agree_PrivacyTerms", value=True, origin=origin)
    wizard = SetupWizardSettings.stored()
    assert wizard.terms_agreed_by == admin
    assert wizard.terms_agreed_at is not None
    assert admin.username in str(wizard.notes()["privacy_terms_agreed"])
    setting_save(setting_id="Cloud_Service_Agree_PrivacyTerms", value=False, origin=origin)
    assert SetupWizardSettings.stored().terms_agreed_at is None


def test_a_certificate_and_its_key_are_saved_together(origin: Origin) -> None:
    key = rsa_key()
    settings_save(values={"Push_apn_cert": certificate_pem(key), "Push_apn_key": key_pem(key)}, origin=origin)
    assert PushSettings.stored().apn_key == key_pem(key).strip()


def test_a_key_for_another_certificate_is_rejected_and_nothing_is_saved(origin: Origin) -> None:
    key = rsa_key()
    settings_save(values={"Push_apn_cert": certificate_pem(key), "Push_apn_key": key_pem(key)}, origin=origin)
    error = refused({"Push_apn_key": key_pem(rsa_key("other"))}, origin)
    assert "does not belong to the certificate" in error.details["errors"]["Push_apn_key"][0]
    assert PushSettings.stored().apn_key == key_pem(key).strip()


def test_a_certificate_for_another_key_is_rejected_with_an_error_at_the_certificate(origin: Origin) -> None:
    setting_save(setting_id="Push_apn_key", value=key_pem(rsa_key()), origin=origin)
    error = refused({"Push_apn_cert": certificate_pem(rsa_key("other"))}, origin)
    assert list(error.details["errors"]) == ["Push_apn_cert"]


def test_a_wrong_passphrase_is_refused_and_the_right_one_accepted(origin: Origin) -> None:
    pem = key_pem(rsa_key(), "open sesame")
    assert "enter its passphrase" in refused({"Push_apn_key": pem}, origin).message
    wrong = refused({"Push_apn_key": pem, "Push_apn_passphrase": "open barley"}, origin)
    assert "does not open the key" in wrong.message
    settings_save(values={"Push_apn_key": pem, "Push_apn_passphrase": "open sesame"}, origin=origin)
    assert list(refused({"Push_apn_passphrase": "open barley"}, origin).details["errors"]) == ["Push_apn_passphrase"]


def test_an_expired_certificate_does_not_prevent_saving_other_settings(origin: Origin) -> None:
    PushSettings(apn_cert=certificate_pem(rsa_key(), days=-1)).save()
    setting_save(setting_id="Push_show_message", value=False, origin=origin)
    assert PushSettings.current().show_message is False
