"""Admin pages of gateway apps: list, form and audit log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cloud.models import CloudEvent, EventKind
from push.models import GatewayApp
from tests.admin_rows import administrator, staff
from tests.factories import registered
from tests.keys import certificate_pem, ec_key, key_pem, rsa_key, service_account_json
from workspace.models import User

pytestmark = pytest.mark.django_db

LIST = "/admin/push/gatewayapp/"
ADD = f"{LIST}add/"
APP = "org.example.chat"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def client() -> Client:
    return signed_in(administrator(username="keeper"))


def entered(**values: Any) -> dict[str, Any]:
    """Return the form data of an Apple app with a token key; fields that are None are omitted."""
    fields = {
        **dict.fromkeys(("apn_cert", "apn_key", "apn_passphrase", "google_api_credentials"), ""),
        "type": "apn",
        "app_name": APP,
        "is_active": "on",
        "production": "on",
        "apn_token_key": key_pem(ec_key()),
        "apn_token_key_id": "ABCDEFGHIJ",
        "apn_team_id": "KLMNOPQRST",
        **values,
    }
    return {name: value for name, value in fields.items() if value is not None}


def certified(*, days: int = 365, **fields: Any) -> GatewayApp:
    """Return an app whose certificate expires in that many days."""
    key = rsa_key()
    given = {"app_name": APP, "apn_cert": certificate_pem(key, days=days), "apn_key": key_pem(key), **fields}
    return GatewayApp.objects.create(**given)


def page_of(app: GatewayApp, page: str = "change") -> str:
    return reverse(f"admin:push_gatewayapp_{page}", args=[app.pk])


def text_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_an_app_is_saved_for_each_of_apples_services_and_for_google(client: Client) -> None:
    google = {"type": "gcm", "apn_token_key": "", "apn_token_key_id": "", "apn_team_id": "", "production": None}
    for values in ({}, {"production": None}, {**google, "google_api_credentials": service_account_json()}):
        assert client.post(ADD, entered(**values)).status_code == 302
    found = set(GatewayApp.objects.values_list("type", "app_name", "production", "is_active"))
    assert found == {("apn", APP, True, True), ("apn", APP, False, True), ("gcm", APP, True, True)}
    text = text_of(client, LIST)
    assert all(page_of(app) in text for app in GatewayApp.objects.all())
    assert "Production" in text
    assert "Development" in text


def test_no_page_shows_a_secret_and_none_is_stored_as_it_was_entered(client: Client) -> None:
    client.post(ADD, entered(google_api_credentials=service_account_json()))
    app = GatewayApp.objects.get()
    for path in (LIST, page_of(app), page_of(app, "history"), page_of(app, "delete"), "/admin/cloud/cloudevent/"):
        text = text_of(client, path)
        assert "PRIVATE KEY-----\n" not in text
        assert key_pem(ec_key()).splitlines()[1] not in text
        assert "private_key_id" not in text
    raw = GatewayApp.objects.extra(select={"raw": "apn_token_key"}).values_list("raw", flat=True)[0]
    assert "PRIVATE KEY" not in raw


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"apn_token_key": "no key"}, "not a private key in PEM format"),
        ({"apn_token_key_id": ""}, "needs its key id and team id"),
        ({"apn_token_key": ""}, "Enter a token key or a certificate."),
        ({"app_name": ""}, "Enter the app's bundle id."),
        ({"app_name": "no name"}, "Letters, digits, dots and hyphens only."),
        ({"apn_cert": certificate_pem(rsa_key())}, "A certificate needs its key, and a key its certificate."),
        ({"apn_cert": certificate_pem(rsa_key(), days=-1), "apn_key": key_pem(rsa_key())}, "expired on"),
        ({"type": "gcm"}, "Paste the service account's JSON."),
        ({"type": "gcm", "google_api_credentials": "{}"}, "are missing"),
        ({"type": "webpush"}, "Select a valid choice"),
    ],
)
def test_errors_are_shown_and_input_is_kept(client: Client, values: dict[str, Any], words: str) -> None:
    answer = client.post(ADD, entered(**{"apn_team_id": "ZYXWVUTSRQ", **values}))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert words in text.replace("&#x27;", "'")
    assert 'value="ZYXWVUTSRQ"' in text
    assert not GatewayApp.objects.exists()
    assert not CloudEvent.objects.exists()


def test_an_invalid_key_does_not_replace_the_stored_one(client: Client) -> None:
    client.post(ADD, entered())
    app = GatewayApp.objects.get()
    answer = client.post(page_of(app), entered(apn_token_key=key_pem(rsa_key())))
    assert "This is an RSA key" in answer.content.decode()
    app.refresh_from_db()
    assert app.apn_token_key == key_pem(ec_key()).strip()


def test_an_app_is_unique_for_each_service(client: Client) -> None:
    client.post(ADD, entered())
    assert "This app already exists." in client.post(ADD, entered()).content.decode()
    assert GatewayApp.objects.count() == 1


def test_secrets_are_kept_replaced_and_removed(client: Client) -> None:
    app = certified()
    client.post(page_of(app), entered())
    app.refresh_from_db()
    assert app.apn_cert
    assert app.apn_token_key
    boxes = {"apn_cert__clear": "on", "apn_key__clear": "on"}
    client.post(page_of(app), entered(apn_token_key="", **boxes))
    app.refresh_from_db()
    assert (app.apn_cert, app.apn_key) == ("", "")
    assert app.apn_token_key == key_pem(ec_key()).strip()


def test_an_app_with_an_expired_certificate_can_be_turned_off(client: Client) -> None:
    app = certified(days=-1)
    no_token_key = {"apn_token_key": "", "apn_token_key_id": "", "apn_team_id": ""}
    assert client.post(page_of(app), entered(is_active=None, **no_token_key)).status_code == 302
    app.refresh_from_db()
    assert not app.is_active


def test_saving_and_removing_are_audited_without_secrets(client: Client) -> None:
    client.post(ADD, entered(production=None))
    app = GatewayApp.objects.get()
    client.post(page_of(app), entered(production=None, is_active=None, apn_token_key=key_pem(ec_key())))
    assert client.get(page_of(app, "delete")).status_code == 200
    assert GatewayApp.objects.exists()
    client.post(page_of(app, "delete"), {"post": "yes"})
    assert not GatewayApp.objects.exists()
    details = {"app": APP, "service": "apn", "environment": "development"}
    assert list(CloudEvent.objects.order_by("pk").values_list("kind", "actor_name", "details")) == [
        (EventKind.APP_SAVED, "keeper", {**details, "active": True, "changed": ""}),
        (EventKind.APP_SAVED, "keeper", {**details, "active": False, "changed": "apn_token_key is_active"}),
        (EventKind.APP_REMOVED, "keeper", details),
    ]


def test_several_apps_are_removed_after_confirmation_and_audited(client: Client) -> None:
    apps = [certified(), certified(production=False)]
    chosen = {"action": "delete_selected", "_selected_action": [app.pk for app in apps]}
    assert client.post(LIST, chosen).status_code == 200
    assert GatewayApp.objects.count() == 2
    client.post(LIST, {**chosen, "post": "yes"})
    assert not GatewayApp.objects.exists()
    assert CloudEvent.objects.filter(kind=EventKind.APP_REMOVED).count() == 2


@pytest.mark.parametrize(("days", "words"), [(365, ""), (31, ""), (29, "Expires on"), (-1, "Expired on")])
def test_the_list_warns_about_expiring_certificates(client: Client, days: int, words: str) -> None:
    certified(days=days)
    text = text_of(client, LIST)
    assert [sentence for sentence in ("Expires on", "Expired on") if sentence in text] == [words] * bool(words)


def test_the_dashboard_warns_before_and_after_expiry(client: Client) -> None:
    certified(days=90)
    certified(days=10, app_name="org.example.off", is_active=False)
    assert "The gateway&#x27;s certificate" not in text_of(client, "/admin/").replace("'", "&#x27;")
    for days, words in ((70, f"certificate for {APP} expires soon"), (100, f"certificate for {APP} has expired")):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            client.force_login(User.objects.get(username="keeper"))
            text = text_of(client, "/admin/")
            assert words in text
            assert "org.example.off" not in text
    assert words not in text_of(signed_in(staff("push.view_device")), "/admin/")


def test_users_who_may_only_view_cannot_change_anything(client: Client) -> None:
    app = certified()
    reader = signed_in(staff("push.view_gatewayapp"))
    assert reader.get(LIST).status_code == 200
    for path, values in ((ADD, entered()), (page_of(app), entered()), (page_of(app, "delete"), {"post": "yes"})):
        assert reader.post(path, values).status_code == 403
    assert GatewayApp.objects.get().apn_token_key == ""


def test_users_without_permission_are_forbidden() -> None:
    app = certified()
    for path in (LIST, ADD, page_of(app)):
        assert signed_in(staff("push.view_approute")).get(path).status_code == 403
        assert Client().get(path).status_code == 302


def test_a_workspace_without_gateway_has_no_apps(client: Client, settings: Any) -> None:
    registered("another", "Another")
    assert f'href="{LIST}"' in text_of(client, "/admin/")
    settings.ROLES = ["workspace"]
    assert f'href="{LIST}"' not in text_of(client, "/admin/")
    assert client.get(LIST).status_code == 403
