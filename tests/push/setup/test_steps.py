"""The steps of the wizard for administrators: saving, skipping, going back and resuming."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cloud.models import SetupWizardSettings
from push.models import Notification, PushSettings, SetupProgress
from push.models.setup import url_digest
from push.selectors.setup.progress import progress_current, state_of
from push.selectors.setup.steps import step_names
from tests.factories import DeviceFactory, UserFactory
from tests.fakes.apple import FakeApple
from tests.fakes.certificates import TokenKey
from tests.fakes.google import FakeGoogle
from tests.fakes.smtp import FakeMailServer
from tests.pages import INLINE_SCRIPT, fields_of
from workspace.models import GeneralSettings, User
from workspace.models.servers.mail import SETTINGS_BACKEND

STEPS = ("workspace", "push", "cloud", "mail", "device")
OF_WORKSPACE = {
    "Site_Name": "Theatre",
    "Organization_Type": "nonprofit",
    "Size": "40",
    "Country": "Germany",
    "Language": "de",
    "Default_Custom_Timezone": "Europe/Berlin",
}


def step(client: Client, name: str, **fields: Any) -> Any:
    return client.post(f"/setup/{name}/", fields)


def location(answer: Any) -> str:
    return str(answer.headers.get("Location", ""))


class TestAccess:
    @pytest.mark.parametrize("path", [*(f"/setup/{name}/" for name in STEPS), "/setup/finish/", "/setup/devices/"])
    def test_only_administrators_see_the_steps(self, path: str, wizard: Client, member: Client) -> None:
        assert wizard.get(path).status_code == 200
        assert member.get(path).status_code == 403
        assert location(Client().get(path)).startswith("/sign-in/")

    @pytest.mark.parametrize("path", ["/setup/address/", "/setup/dismiss/", "/setup/cloud-status/", "/setup/mail/"])
    def test_only_administrators_change_anything(self, path: str, admin: User, member: Client) -> None:
        assert member.post(path, {"key": "mail", "go": "later"}).status_code == 403
        assert Client().post(path).status_code == 302
        assert not SetupProgress.objects.exists()

    def test_forms_need_a_token(self, admin: User) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(admin, backend="workspace.authentication.NameOrEmailBackend")
        assert step(strict, "workspace", **OF_WORKSPACE).status_code == 403

    def test_pages_are_neither_cached_nor_contain_code(self, wizard: Client) -> None:
        for name in STEPS:
            answer = wizard.get(f"/setup/{name}/")
            assert "no-store" in answer.headers["Cache-Control"]
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
            assert not INLINE_SCRIPT.findall(answer.content.decode())

    def test_a_cloud_has_no_steps_about_pushes(self, wizard: Client, settings: Any) -> None:
        settings.ROLES = frozenset({"cloud"})
        assert step_names() == ["administrator", "workspace", "mail"]
        assert wizard.get("/setup/push/").status_code == 404

    def test_an_unfinished_wizard_follows_the_sign_in(self, wizard: Client, member: Client) -> None:
        for path in ("/", "/admin/"):
            assert location(wizard.get(path)) == "/setup/"
        assert location(wizard.get("/setup/")) == "/setup/workspace/"
        assert wizard.get("/rooms/").status_code == 200
        assert member.get("/").status_code == 200

    def test_it_can_be_finished_later(self, wizard: Client) -> None:
        assert location(step(wizard, "workspace", go="later", Site_Name="Half")) == "/admin/"
        assert wizard.get("/admin/").status_code == 200
        assert 'value="Half"' in wizard.get("/setup/workspace/").content.decode()


class TestWorkspace:
    def test_it_saves_the_settings(self, wizard: Client) -> None:
        assert location(step(wizard, "workspace", **OF_WORKSPACE)) == "/setup/push/"
        general, organization = GeneralSettings.stored(), SetupWizardSettings.stored()
        assert (general.site_name, general.language, general.time_zone) == ("Theatre", "de", "Europe/Berlin")
        assert (organization.organization_type, organization.size) == ("nonprofit", 40)

    def test_the_administrators_time_zone_is_suggested(self, wizard: Client, admin: User) -> None:
        User.objects.filter(pk=admin.pk).update(time_zone="Asia/Tokyo")
        assert fields_of(wizard.get("/setup/workspace/").content.decode())["Default_Custom_Timezone"] == "Asia/Tokyo"

    def test_errors_keep_what_was_entered(self, wizard: Client) -> None:
        html = step(wizard, "workspace", **{**OF_WORKSPACE, "Size": "-3"}).content.decode()
        fields = fields_of(html)
        assert {name: fields[name] for name in OF_WORKSPACE} == {**OF_WORKSPACE, "Size": "-3"}
        assert GeneralSettings.stored().site_name == "Callboard"

    def test_going_back_and_skipping_lose_nothing(self, wizard: Client) -> None:
        step(wizard, "workspace", **{**OF_WORKSPACE, "go": "skip", "Size": "many"})
        assert location(step(wizard, "push", go="back")) == "/setup/workspace/"
        fields = fields_of(wizard.get("/setup/workspace/").content.decode())
        assert {name: fields[name] for name in OF_WORKSPACE} == {**OF_WORKSPACE, "Size": "many"}
        assert GeneralSettings.stored().site_name == "Callboard"
        assert location(wizard.get("/setup/")) == "/setup/push/"

    def test_a_fixed_setting_cannot_be_changed(self, wizard: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OVERWRITE_SETTING_Site_Name", "Fixed")
        GeneralSettings.forget_cached()
        assert "OVERWRITE_SETTING_Site_Name" in wizard.get("/setup/workspace/").content.decode()
        assert location(step(wizard, "workspace", **OF_WORKSPACE)) == "/setup/push/"
        assert GeneralSettings.stored().site_name == "Callboard"


class TestPushes:
    def test_web_push_only(self, wizard: Client) -> None:
        assert location(step(wizard, "push", way="web")) == "/setup/cloud/"
        assert not PushSettings.stored().enable_gateway
        assert "you do not need this step" in wizard.get("/setup/cloud/").content.decode()

    def test_a_gateway(self, wizard: Client) -> None:
        step(wizard, "push", way="gateway", Push_gateway="https://push.example", Push_apn_team_id="wrong")
        push = PushSettings.stored()
        assert (push.enable_gateway, push.gateway, push.apn_team_id) == (True, "https://push.example", "")

    def test_an_invalid_gateway_is_refused(self, wizard: Client) -> None:
        html = step(wizard, "push", way="gateway", Push_gateway="push").content.decode()
        assert 'value="push"' in html
        assert "setup-primary" in html

    def test_a_way_must_be_chosen(self, wizard: Client) -> None:
        assert "This field is required." in step(wizard, "push", way="").content.decode()

    def test_accepted_keys_are_saved(
        self,
        wizard: Client,
        fake_apple: FakeApple,
        fake_google: FakeGoogle,
        token_key: TokenKey,
        service_account: str,
    ) -> None:
        keys = {
            "Push_apn_token_key": token_key.key,
            "Push_apn_token_key_id": token_key.key_id,
            "Push_apn_team_id": token_key.team_id,
            "Push_google_api_credentials": service_account,
        }
        answer = step(wizard, "push", way="keys", **keys)
        assert location(answer) == "/setup/cloud/"
        assert not PushSettings.stored().enable_gateway
        assert PushSettings.stored().apn_token_key == token_key.key.strip()
        html = wizard.get("/setup/cloud/").content.decode()
        assert "Apple&#x27;s push service accepts the keys." in html
        assert "Google&#x27;s push service accepts the keys." in html

    def test_key_files_are_uploaded(
        self,
        wizard: Client,
        fake_apple: FakeApple,
        fake_google: FakeGoogle,
        token_key: TokenKey,
        service_account: str,
    ) -> None:
        files = {
            "apple_file": SimpleUploadedFile(f"AuthKey_{token_key.key_id}.p8", token_key.key.encode()),
            "google_file": SimpleUploadedFile("account.json", service_account.encode()),
        }
        answer = step(wizard, "push", way="keys", Push_apn_team_id=token_key.team_id, **files)
        assert location(answer) == "/setup/cloud/"
        stored = PushSettings.stored()
        # Apple names the file after the key's id.
        assert (stored.apn_token_key, stored.apn_token_key_id) == (token_key.key.strip(), token_key.key_id)
        assert stored.google_api_credentials == service_account.strip()

    def test_other_files_are_refused(self, wizard: Client) -> None:
        for content in (b"\xff\xfe\x00", b"", b"x" * 70_000):
            file = SimpleUploadedFile("key.p8", content)
            html = step(wizard, "push", way="keys", apple_file=file).content.decode()
            assert "This is not the file with the key." in html

    def test_keys_of_another_team_are_refused_if_the_app_is_named(
        self, wizard: Client, fake_apple: FakeApple, token_key: TokenKey
    ) -> None:
        fake_apple.topics = {"org.example.chat"}
        keys = {
            "Push_apn_token_key": token_key.key,
            "Push_apn_token_key_id": token_key.key_id,
            "Push_apn_team_id": token_key.team_id,
        }
        html = step(wizard, "push", way="keys", apple_app="org.other", **keys).content.decode()
        assert "Apple&#x27;s push service refuses these keys" in html
        assert not PushSettings.stored().apn_token_key
        assert location(step(wizard, "push", way="keys", apple_app="org.example.chat", **keys)) == "/setup/cloud/"

    def test_refused_keys_are_not_saved_and_not_lost(
        self, wizard: Client, fake_apple: FakeApple, token_key: TokenKey
    ) -> None:
        keys = {
            "Push_apn_token_key": token_key.key,
            "Push_apn_token_key_id": "ABCDEFGHIJ",
            "Push_apn_team_id": token_key.team_id,
        }
        html = step(wizard, "push", way="keys", **keys).content.decode()
        assert "Apple&#x27;s push service refuses these keys" in html
        assert "Save without the check" not in html
        assert PushSettings.stored().enable_gateway
        assert token_key.key.splitlines()[1] not in html
        fields = fields_of(html) | {"Push_apn_token_key_id": token_key.key_id, "go": "next"}
        assert location(step(wizard, "push", **fields)) == "/setup/cloud/"
        assert PushSettings.stored().apn_token_key == token_key.key.strip()

    def test_keys_can_be_saved_while_the_service_cannot_be_reached(
        self, wizard: Client, token_key: TokenKey, settings: Any
    ) -> None:
        settings.APPLE_PRODUCTION_URL = "https://127.0.0.1:9"
        keys = {
            "Push_apn_token_key": token_key.key,
            "Push_apn_token_key_id": token_key.key_id,
            "Push_apn_team_id": token_key.team_id,
        }
        html = step(wizard, "push", way="keys", **keys).content.decode()
        assert "could not be reached, so the keys are not verified" in html
        assert not PushSettings.stored().apn_token_key
        answer = step(wizard, "push", **(fields_of(html) | {"go": "force"}))
        assert location(answer) == "/setup/cloud/"
        assert PushSettings.stored().apn_token_key == token_key.key.strip()

    def test_no_keys_are_an_error(self, wizard: Client) -> None:
        assert "Enter the keys for Apple or Google" in step(wizard, "push", way="keys").content.decode()

    def test_drafts_contain_no_secrets(self, wizard: Client, token_key: TokenKey) -> None:
        step(wizard, "push", way="keys", go="back", Push_apn_token_key=token_key.key, Push_apn_team_id="KLMNOPQRST")
        assert state_of(progress_current()).drafts["push"]["Push_apn_team_id"] == "KLMNOPQRST"
        assert token_key.key.splitlines()[1] not in f"{SetupProgress.objects.values()}"
        assert fields_of(wizard.get("/setup/push/").content.decode())["way"] == "keys"


class TestCloud:
    def test_each_way_to_register_needs_its_field(self, wizard: Client) -> None:
        for go in ("register", "connect", "file"):
            html = step(wizard, "cloud", go=go, email="", token="", blob="").content.decode()
            assert html.count("This field is required.") == 1, go

    def test_errors_are_shown_without_losing_the_input(self, wizard: Client) -> None:
        html = step(wizard, "cloud", go="connect", token="no token", email="ada@theatre.example").content.decode()
        assert 'role="alert"' in html
        assert fields_of(html)["email"] == "ada@theatre.example"

    def test_without_a_registration_it_counts_as_skipped(self, wizard: Client) -> None:
        assert location(step(wizard, "cloud", go="next")) == "/setup/mail/"
        assert "cloud" in state_of(progress_current()).skipped
        assert "Register the workspace with a cloud" in wizard.get("/setup/finish/").content.decode()


class TestMail:
    def test_the_test_mail_arrives(self, wizard: Client) -> None:
        html = step(wizard, "mail", go="test", address="ada@theatre.example").content.decode()
        assert "The mail server accepted the mail to ada@theatre.example." in html
        assert mail.outbox[0].to == ["ada@theatre.example"]
        assert "Send a test mail" not in wizard.get("/setup/finish/").content.decode()

    def test_a_missing_server_is_shown_with_the_variable(self, wizard: Client, settings: Any) -> None:
        settings.EMAIL_BACKEND = "workspace.mail.FileBackend"
        html = wizard.get("/setup/mail/").content.decode()
        assert "EMAIL_URL" in html
        assert "stored in files" in html

    def test_an_unreachable_server_gives_advice_and_no_password(self, wizard: Client, settings: Any) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "callboard", "moonlight sonata"
        html = step(wizard, "mail", go="test", address="ada@theatre.example").content.decode()
        assert "127.0.0.1 cannot be reached on port 9" in html
        assert "moonlight sonata" not in html
        assert "Send a test mail" in wizard.get("/setup/finish/").content.decode()

    def test_the_mail_server_is_entered_and_tested_without_a_restart(self, wizard: Client, settings: Any) -> None:
        settings.EMAIL_BACKEND, settings.EMAIL_STORAGE_BACKEND = SETTINGS_BACKEND, "workspace.mail.DatabaseBackend"
        assert "Not configured." in wizard.get("/setup/mail/").content.decode()
        with FakeMailServer({"chat": "moonlight sonata"}) as server:
            fields = {
                "SMTP_Host": "127.0.0.1",
                "SMTP_Port": str(server.port),
                "SMTP_Protocol": "smtp",
                "SMTP_IgnoreTLS": "on",
                "SMTP_Username": "chat",
                "From_Email": "chat@theatre.example",
                "address": "ada@theatre.example",
            }
            html = step(wizard, "mail", go="test", SMTP_Password="wrong password", **fields).content.decode()
            assert "127.0.0.1 refuses the user name or password." in html
            html = step(wizard, "mail", go="test", SMTP_Password="moonlight sonata", **fields).content.decode()
            assert "The mail server accepted the mail to ada@theatre.example." in html
            assert "moonlight sonata" not in html
            # The saved password is used again if none is entered.
            step(wizard, "mail", go="test", **fields)
        assert [mail.sender for mail in server.received] == ["chat@theatre.example"] * 2
        assert location(step(wizard, "mail", go="next", **fields)) == "/setup/device/"

    def test_the_settings_page_sends_a_test_mail(self, wizard: Client, settings: Any) -> None:
        assert "Send a test mail to my address" in wizard.get("/admin/settings/email/").content.decode()
        html = wizard.post("/setup/test-mail/", follow=True).content.decode()
        assert "The mail server accepted the mail to ada@theatre.example." in html
        assert mail.outbox[0].to == ["ada@theatre.example"]
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
        html = wizard.post("/setup/test-mail/", follow=True).content.decode()
        assert "127.0.0.1 cannot be reached on port 9" in html

    def test_only_administrators_send_one_from_the_settings(self, member: Client) -> None:
        assert member.post("/setup/test-mail/").status_code in (302, 403)
        assert not mail.outbox

    def test_an_invalid_address_is_refused(self, wizard: Client) -> None:
        assert "valid email address" in step(wizard, "mail", go="test", address="ada").content.decode()
        assert not mail.outbox


class TestDevice:
    def test_the_page_waits_for_the_administrators_device(self, wizard: Client, admin: User) -> None:
        DeviceFactory(user=UserFactory())
        assert "Waiting for your device." in wizard.get("/setup/devices/").content.decode()
        DeviceFactory(user=admin, name="Ada's phone")
        html = wizard.get("/setup/devices/").content.decode()
        assert "Ada&#x27;s phone" in html
        assert "Send a test push" in html

    def test_it_shows_a_code_for_the_phone(self, wizard: Client) -> None:
        html = wizard.get("/setup/device/").content.decode()
        assert "data:image/svg+xml;base64," in html
        assert "/account/devices/here/" in html

    def test_the_test_push_is_followed(self, wizard: Client, admin: User) -> None:
        DeviceFactory(user=admin)
        step(wizard, "push", way="web")
        problem = wizard.post("/setup/device/", {"go": "test"}, headers={"HX-Request": "true"}).content.decode()
        assert 'role="alert"' in problem
        assert "<html" not in problem
        assert not Notification.objects.exists()

    def test_going_on_without_a_device_counts_as_skipped(self, wizard: Client, admin: User) -> None:
        assert location(step(wizard, "device", go="next")) == "/setup/finish/"
        assert "device" in state_of(progress_current()).skipped
        DeviceFactory(user=admin)
        step(wizard, "device", go="next")
        assert "device" in state_of(progress_current()).completed


class TestFinish:
    def test_it_ends_the_wizard(self, wizard: Client) -> None:
        html = wizard.get("/setup/finish/").content.decode()
        assert "Almost ready" in html
        assert location(wizard.post("/setup/finish/", {"go": "finish"})) == "/admin/"
        assert wizard.get("/").status_code == 200
        # Every step can still be opened.
        assert wizard.get("/setup/mail/").status_code == 200


class TestChecklist:
    def test_what_is_missing_is_on_the_dashboard(self, wizard: Client) -> None:
        step(wizard, "workspace", go="later")
        html = wizard.get("/admin/").content.decode().split("Next steps")[1]
        for name in STEPS:
            assert f'href="/setup/{name}/"' in html, name

    def test_an_item_can_be_dismissed_and_shown_again(self, wizard: Client) -> None:
        step(wizard, "workspace", go="later")
        assert location(wizard.post("/setup/dismiss/", {"key": "mail"})) == "/admin/"
        html = wizard.get("/admin/").content.decode()
        assert 'href="/setup/mail/"' not in html
        assert 'href="/setup/push/"' in html
        wizard.post("/setup/dismiss/")
        assert 'href="/setup/mail/"' in wizard.get("/admin/").content.decode()

    def test_an_address_that_was_checked_earlier_counts_no_more(self, wizard: Client, settings: Any) -> None:
        step(wizard, "workspace", **OF_WORKSPACE)
        SetupProgress.objects.update(
            state={**progress_current().state, "verified_digest": url_digest(settings.SITE_URL)}
        )
        step(wizard, "push", go="later")
        assert 'href="/setup/workspace/"' not in wizard.get("/admin/").content.decode()
        settings.SITE_URL = "https://moved.example"
        assert 'href="/setup/workspace/"' in wizard.get("/admin/").content.decode()

    def test_unreadable_progress_is_ignored(self, wizard: Client) -> None:
        SetupProgress.objects.create(pk=1, state={"completed": 7, "skipped": ["unknown"], "drafts": "x", "later": True})
        assert wizard.get("/setup/workspace/").status_code == 200
        step(wizard, "workspace", **OF_WORKSPACE)
        assert state_of(progress_current()).completed == ("workspace",)
        assert progress_current().state["later"] is True
