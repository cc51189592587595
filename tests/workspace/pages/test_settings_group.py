"""The page of a settings group."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from preferences.models import AccountsSettings, Level
from push.models import PushSettings
from tests.factories import AccountPreferencesFactory, UserFactory
from tests.keys import certificate_pem, key_pem, rsa_key, service_account_json
from workspace.models import GeneralSettings, MobileSettings, SettingChange, User
from workspace.pages.settings.forms import GroupForm
from workspace.services.settings import secret_fingerprint
from workspace.setting_groups import SettingsGroup
from workspace.setting_groups.registry import groups

pytestmark = pytest.mark.django_db

SLUGS = [
    *(
        "accounts",
        "cloudservice",
        "email",
        "general",
        "ldap",
        "message",
        "mobile",
        "openid",
        "push",
        "retention",
        "setupwizard",
    ),
    "signin",
    "webhook",
]


def address(slug: str) -> str:
    return reverse("settings_group", args=[slug])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def staff(*permissions: str) -> User:
    """Return an administrator with these permissions only."""
    user = UserFactory(roles=())
    user.is_staff = True
    user.save()
    role = Group.objects.create(name=f"role of {user.username}")
    role.permissions.set(Permission.objects.filter(codename__in=permissions))
    user.groups.add(role)
    return user


@pytest.fixture
def client() -> Client:
    return signed_in(UserFactory(username="rose", roles=("admin",)))


def entered(group: type[SettingsGroup], **changes: Any) -> dict[str, Any]:
    """Return the data that a browser submits if an admin has changed these fields of the form."""
    form = GroupForm(group)
    sent: dict[str, Any] = {}
    for name, field in form.fields.items():
        if field.disabled or name.endswith("__clear"):
            continue
        if field.show_hidden_initial:
            sent[f"initial-{name}"] = field.prepare_value(field.initial)
        value = changes.get(name, field.initial)
        if value is not None and value is not False:
            sent[name] = "on" if value is True else value
    return sent | {name: value for name, value in changes.items() if value is not False}


def test_every_group_has_a_page(client: Client) -> None:
    assert sorted(group.slug() for group in groups()) == SLUGS
    for slug in SLUGS:
        assert client.get(address(slug)).status_code == 200


def test_an_unknown_group_is_not_found(client: Client) -> None:
    assert client.get(address("nothing")).status_code == 404


def test_the_sidebar_links_to_every_group(client: Client) -> None:
    text = client.get(reverse("admin:index")).content.decode()
    for slug in SLUGS:
        assert address(slug) in text


def test_an_anonymous_user_is_redirected_to_the_sign_in_page() -> None:
    for slug, method in product(SLUGS, ("get", "post")):
        assert getattr(Client(), method)(address(slug)).status_code == 302, slug


def test_an_administrator_without_the_permission_gets_nothing() -> None:
    client = signed_in(staff("view_user"))
    first_page = client.get(reverse("admin:index")).content.decode()
    for slug in SLUGS:
        assert client.get(address(slug)).status_code == 403, slug
        assert client.post(address(slug), {"Push_enable": "on"}).status_code == 403, slug
        assert address(slug) not in first_page


def test_viewers_cannot_save() -> None:
    client = signed_in(staff("view_privileged_setting"))
    page = client.get(address("general"))
    assert "but not change them" in page.content.decode()
    assert 'type="submit" class="settings-button settings-primary"' not in page.content.decode()
    answer = client.post(address("general"), {"Site_Name": "Mine", "initial-Site_Name": "Callboard"})
    assert answer.status_code == 403
    assert GeneralSettings.stored().site_name == "Callboard"


def test_saving_changes_what_was_changed(client: Client) -> None:
    answer = client.post(address("general"), entered(GeneralSettings, Site_Name="Globe"), follow=True)
    assert "1 setting saved." in answer.content.decode()
    assert GeneralSettings.current().site_name == "Globe"
    change = SettingChange.objects.get()
    assert (change.setting_id, change.actor_name, change.address) == ("Site_Name", "rose", "127.0.0.1")


def test_saving_nothing_shows_a_message(client: Client) -> None:
    answer = client.post(address("general"), entered(GeneralSettings), follow=True)
    assert "Nothing was changed." in answer.content.decode()
    assert not SettingChange.objects.exists()


def test_an_admin_does_not_undo_what_another_changed_meanwhile(client: Client) -> None:
    form = entered(GeneralSettings, Notifications_Max_Room_Members="7")
    GeneralSettings.objects.update(site_name="Changed meanwhile")
    client.post(address("general"), form)
    assert GeneralSettings.current().site_name == "Changed meanwhile"
    assert GeneralSettings.current().max_room_members == 7


def test_a_switch_is_turned_off(client: Client) -> None:
    client.post(address("mobile"), entered(MobileSettings, Allow_Save_Media_to_Gallery=False))
    assert MobileSettings.current().allow_save_media is False


def test_an_invalid_value_is_reported_at_its_field_and_not_saved(client: Client) -> None:
    answer = client.post(address("push"), entered(PushSettings, Push_gateway="gopher://x", Push_enable=False))
    text = answer.content.decode()
    assert "gopher://x is not a valid server address" in text
    assert 'id="id_Push_gateway_error"' in text
    assert PushSettings.stored().enable is True


def test_a_value_that_differs_from_its_default_is_marked_and_reset(client: Client) -> None:
    assert "Changed from default" not in client.get(address("general")).content.decode()
    GeneralSettings.objects.update(max_room_members=7)
    text = client.get(address("general")).content.decode()
    assert text.count("Changed from default") == 1
    assert "Default: 100" in text
    reset = entered(GeneralSettings, Notifications_Max_Room_Members="100")
    client.post(address("general"), reset)
    assert GeneralSettings.current().max_room_members == 100


def test_without_scripts_a_reset_is_put_into_the_form_and_saved_with_the_other_changes(client: Client) -> None:
    GeneralSettings.objects.update(max_room_members=7, use_real_name=True)
    edited = entered(GeneralSettings, Site_Name="Globe")
    for setting_id in ("Notifications_Max_Room_Members", "UI_Use_Real_Name"):
        form = client.post(address("general"), edited | {"reset": setting_id}).context["form"]
        edited = {name: value for name, value in form.data.items() if name != "reset"}
    assert GeneralSettings.stored().max_room_members == 7
    assert (form["Site_Name"].value(), form["Notifications_Max_Room_Members"].value()) == ("Globe", "100")
    client.post(address("general"), edited)
    stored = GeneralSettings.stored()
    assert (stored.site_name, stored.max_room_members, stored.use_real_name) == ("Globe", 100, False)
    assert SettingChange.objects.count() == 3


def test_viewers_cannot_stage_a_reset() -> None:
    viewer = signed_in(staff("view_privileged_setting"))
    assert viewer.post(address("general"), {"reset": "Site_Name"}).status_code == 403


def test_an_invalid_reset_changes_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    PushSettings(apn_passphrase="open sesame").save()
    monkeypatch.setenv("OVERWRITE_SETTING_Push_gateway", "https://fixed.example")
    for setting_id in ("Nothing", "Site_Name", "Push_apn_passphrase", "Push_gateway"):
        answer = client.post(address("push"), entered(PushSettings) | {"reset": setting_id})
        assert answer.context["form"].changed_values() == {}
    assert PushSettings.stored().apn_passphrase == "open sesame"


def test_a_secret_survives_an_error_in_another_field_without_being_shown(client: Client) -> None:
    sent = entered(PushSettings, Push_apn_passphrase="open sesame", Push_gateway="gopher://x")
    answer = client.post(address("push"), sent)
    text = answer.content.decode()
    assert "open sesame" not in text
    assert "The new value is not shown, but it is saved with the other changes." in text
    (staged,) = re.findall(r'name="Push_apn_passphrase__staged" value="([^"]+)"', text)
    assert PushSettings.stored().apn_passphrase == ""
    client.post(address("push"), entered(PushSettings, Push_apn_passphrase__staged=staged))
    assert PushSettings.stored().apn_passphrase == "open sesame"


@pytest.mark.parametrize("sent", ["open sesame", "gAAAAA", "é", "\0"])
def test_a_forged_staged_secret_counts_as_not_entered(client: Client, sent: str) -> None:
    client.post(address("push"), entered(PushSettings, Push_apn_passphrase__staged=sent))
    assert PushSettings.stored().apn_passphrase == ""


def test_a_staged_secret_expires_after_an_hour(client: Client) -> None:
    sent = entered(PushSettings, Push_apn_passphrase="open sesame", Push_gateway="gopher://x")
    form = client.post(address("push"), sent).context["form"]
    (staged,) = [form.staged(entry) for entry in form.entries if entry.id == "Push_apn_passphrase"]
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        again = signed_in(User.objects.get(username="rose"))
        again.post(address("push"), entered(PushSettings, Push_apn_passphrase__staged=staged))
    assert PushSettings.stored().apn_passphrase == ""


def test_a_locked_setting_is_shown_with_the_reason_and_not_saved(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERWRITE_SETTING_Site_Name", "Fixed name")
    text = client.get(address("general")).content.decode()
    assert "Fixed name" in text
    assert "OVERWRITE_SETTING_Site_Name of the server" in text
    client.post(address("general"), entered(GeneralSettings, Site_Name="Other"))
    assert GeneralSettings.stored().site_name == "Callboard"
    assert GeneralSettings.current().site_name == "Fixed name"


def test_a_premium_setting_shows_what_unlocks_it(client: Client) -> None:
    text = client.get(address("push")).content.decode()
    assert "Requires a licence with the module “push-privacy”" in text


def test_the_gateway_of_a_hosted_workspace_is_shown_as_fixed(client: Client, settings: Any) -> None:
    settings.CLOUD_HOSTED = True
    text = client.get(address("push")).content.decode()
    assert text.count("Fixed, because this workspace is hosted in the cloud.") == 2


def test_unmet_requirements_are_shown_with_a_link(client: Client) -> None:
    text = client.get(address("push")).content.decode()
    assert f'<a href="{address("setupwizard")}#Register_Server">Register Server</a> on' in text


def test_the_accounts_settings_show_how_many_users_inherit(client: Client) -> None:
    AccountPreferencesFactory(push=Level.NOTHING)
    text = client.get(address("accounts")).content.decode()
    assert "1 user inherits this value now." in text
    assert "2 users inherit this value now." in text


def test_a_changed_default_takes_effect_at_once(client: Client) -> None:
    name = "Accounts_Default_User_Preferences_pushNotifications"
    client.post(address("accounts"), entered(AccountsSettings, **{name: "mentions"}))
    assert AccountsSettings.current().push == Level.MENTIONS


def test_a_secret_is_written_and_never_shown(client: Client) -> None:
    key = rsa_key()
    pem, certificate = key_pem(key), certificate_pem(key)
    client.post(address("push"), entered(PushSettings, Push_apn_key=pem, Push_apn_cert=certificate))
    assert PushSettings.current().apn_key == pem.strip()
    text = client.get(address("push")).content.decode()
    assert "Set, Apple Push Services: chat.example, fingerprint " in text
    assert "expires on" in text
    assert "Set, ends in …" in text
    assert f"fingerprint {secret_fingerprint(pem.strip())['fingerprint']}" in text
    assert pem.splitlines()[5] not in text
    assert certificate.splitlines()[5] not in text


def test_a_long_invalid_value_is_truncated_in_the_error(client: Client) -> None:
    answer = client.post(address("push"), entered(PushSettings, Push_gateway="gopher://" + "x" * 1000))
    found = answer.context["form"].errors["Push_gateway"]
    assert "x… is not a valid server address" in found[0]
    assert len(found[0]) < 200


def test_a_setting_without_its_licence_is_not_marked_as_changed(client: Client) -> None:
    text = client.get(address("push")).content.decode()
    assert "Requires a licence" in text
    assert "Changed from default" not in text


def test_a_rejected_secret_is_not_in_the_response_and_not_saved(client: Client) -> None:
    PushSettings(google_api_credentials=service_account_json()).save()
    bad = service_account_json(project_id=None)
    answer = client.post(address("push"), entered(PushSettings, Push_google_api_credentials=bad))
    text = answer.content.decode()
    assert "The field project_id is missing." in text
    assert "0123456789abcdef" not in text
    assert PushSettings.stored().google_api_credentials == service_account_json()


def test_an_empty_secret_field_keeps_the_stored_secret_which_can_be_removed(client: Client) -> None:
    PushSettings(apn_passphrase="open sesame").save()
    client.post(address("push"), entered(PushSettings))
    assert PushSettings.current().apn_passphrase == "open sesame"
    client.post(address("push"), entered(PushSettings, Push_apn_passphrase__clear="on"))
    assert PushSettings.current().apn_passphrase == ""


def test_who_agreed_to_the_terms_is_shown(client: Client) -> None:
    from cloud.models import SetupWizardSettings

    client.post(address("setupwizard"), entered(SetupWizardSettings, Cloud_Service_Agree_PrivacyTerms=True))
    assert "Agreed by rose on" in client.get(address("setupwizard")).content.decode()
