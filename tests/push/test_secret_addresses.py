"""Secrets in URLs: encrypted in the database and masked wherever the URLs are shown."""

from __future__ import annotations

import json
import logging
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from cloud.models import SetupWizardSettings
from cloud.services.connection import connection_save
from push.models import AppRoute, PushSettings
from push.providers.routes import GatewayRoute
from push.selectors.route_texts import route_text
from push.selectors.routes import gateway_route
from tests.admin_rows import administrator, staff
from tests.api_client import ApiClient
from tests.workspace.pages.test_settings_group import entered
from tests.workspace.setting_groups.test_secrets_leave_no_trace import dump
from workspace.address_masks import addresses_mask
from workspace.models import SettingChange, User

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "Zanzibar4711key"
GATEWAY = f"https://gateway.example.org/gateway/{KEY}"
PASSWORD = f"https://ada:{KEY}@other.example.org"
BOTH = f"{GATEWAY}\n{PASSWORD}"
PAGE = "/admin/settings/push/"


@pytest.fixture
def admin() -> User:
    return administrator(username="rose")


@pytest.fixture
def client(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def save(client: Client, value: str) -> str:
    return client.post(PAGE, entered(PushSettings, Push_gateway=value), follow=True).content.decode()


@pytest.mark.thorough
@pytest.mark.any_database
def test_a_gateways_key_is_found_nowhere(admin: User, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    api = ApiClient(admin)
    with caplog.at_level(logging.DEBUG):
        texts = [save(client, BOTH)]
        api.post("settings/Cloud_Url", value=f"https://ada:{KEY}@cloud.example.org")
        connection_save(cloud_url=f"https://ada:{KEY}@cloud.example.org", workspace_id="w", gateway_url=GATEWAY)
        route = AppRoute.objects.create(app_name="org.example", kind="gateway", gateway=BOTH)
        change = reverse("admin:push_approute_change", args=[route.pk])
        reader = Client()
        reader.force_login(staff("push.view_approute"))
        pages = [PAGE, "/admin/", "/admin/settings/history/", "/admin/settings/setupwizard/", "/admin/push/approute/"]
        pages += [change, "/admin/cloud/cloudconnection/", "/admin/cloud/cloudconnection/1/change/"]
        pages += [
            reverse("connectivity"),
            f"/admin/settings/history/{SettingChange.objects.get(setting_id='Push_gateway').pk}/revert/",
        ]
        answers = [client.get(page, follow=True) for page in pages] + [reader.get(change)]
        answers += [api.get("settings", count=0, includeDefaults="true"), api.get("settings/Push_gateway")]
        texts += [answer.content.decode() for answer in answers]
    assert all(answer.status_code == 200 for answer in answers), [answer.status_code for answer in answers]
    dumped = StringIO()
    call_command("dumpdata", "push", "cloud", "workspace", stdout=dumped)
    places = {**dict(zip(["saving", *pages, "reader"], texts, strict=False)), "tables": dump(), "logs": caplog.text}
    places |= {
        "dump": dumped.getvalue(),
        "words": route_text(gateway_route(GatewayRoute(tuple(BOTH.split()), "token"))),
        "all": "\n".join(texts),
    }
    assert [name for name, text in places.items() if KEY in text] == []
    assert PushSettings.stored().gateway == BOTH
    assert SetupWizardSettings.stored().cloud_url == f"https://ada:{KEY}@cloud.example.org"


def test_a_dump_can_be_loaded(client: Client) -> None:
    save(client, BOTH)
    PushSettings.objects.update(apn_passphrase="open sesame")
    dumped = StringIO()
    call_command("dumpdata", "push.pushsettings", stdout=dumped)
    assert "sesame" not in dumped.getvalue()
    PushSettings.objects.all().delete()
    loaded = json.loads(dumped.getvalue())
    from django.core import serializers

    for row in serializers.deserialize("json", json.dumps(loaded)):
        row.save()
    assert (PushSettings.stored().gateway, PushSettings.stored().apn_passphrase) == (BOTH, "open sesame")


def test_saving_the_masked_form_keeps_the_secret(admin: User, client: Client) -> None:
    save(client, BOTH)
    masked = addresses_mask(BOTH)
    save(client, masked)
    assert PushSettings.stored().gateway == BOTH
    assert SettingChange.objects.count() == 1
    save(client, masked.replace("\n", "\r\nhttps://third.example.org\r\n"))
    first, second = BOTH.split("\n")
    assert PushSettings.stored().gateway == f"{first}\nhttps://third.example.org\n{second}"
    api = ApiClient(admin)
    shown = api.get("settings/Push_gateway").json()["value"]
    assert api.post("settings/Push_gateway", value=shown).status_code == 200
    assert PushSettings.stored().gateway == f"{first}\nhttps://third.example.org\n{second}"


def test_a_mask_for_another_host_is_refused_with_a_sentence(admin: User, client: Client) -> None:
    save(client, GATEWAY)
    stolen = addresses_mask(GATEWAY).replace("gateway.example.org", "evil.example.org")
    assert "Enter the full address" in save(client, stolen)
    answer = ApiClient(admin).post("settings/Push_gateway", value=stolen)
    assert answer.status_code == 400
    assert PushSettings.stored().gateway == GATEWAY


def test_a_revert_restores_the_secret(client: Client) -> None:
    save(client, GATEWAY)
    save(client, "https://plain.example.org")
    change = SettingChange.objects.latest("pk")
    answer = client.post(f"/admin/settings/history/{change.pk}/revert/", follow=True)
    assert KEY not in answer.content.decode()
    assert PushSettings.stored().gateway == GATEWAY


def test_a_route_keeps_its_key_when_the_masked_form_is_saved(client: Client) -> None:
    AppRoute.objects.create(app_name="org.example", kind="gateway", gateway=GATEWAY)
    page = reverse("admin:push_approute_change", args=[AppRoute.objects.get().pk])
    sent = {"app_name": "org.example", "kind": "gateway", "production": "on"}
    text = client.post(page, {**sent, "gateway": addresses_mask(GATEWAY)}, follow=True).content.decode()
    assert "was changed successfully" in text
    assert AppRoute.objects.get().gateway == GATEWAY
    stolen = addresses_mask(GATEWAY).replace("gateway.example.org", "evil.example.org")
    assert "Enter the full address" in client.post(page, {**sent, "gateway": stolen}).content.decode()
    assert AppRoute.objects.get().gateway == GATEWAY
