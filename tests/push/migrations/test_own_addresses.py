"""Rows of version 0.1.0, which stored the address of its own site, are brought up to date."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from cloud.models import CloudConnection, PendingRegistration, RegisteredWorkspace, RegistrationToken
from cloud.secrets import secret_digest
from cloud.services.registration_requests import token_text
from push.models import AppRoute, PushSettings
from tests.push.conftest import settings_change
from workspace.models import GeneralSettings, SettingChange

pytestmark = pytest.mark.django_db

THEN = "http://127.0.0.1:8000"
NOW = "http://127.0.0.1:8120"
LATER = "http://127.0.0.1:8200"


@pytest.fixture(autouse=True)
def _moved(settings: Any) -> None:
    """Answer at another port than then: the addresses of then are stored as they were."""
    settings.SITE_URL = NOW


def migrate() -> None:
    import_module("push.migrations.0008_own_addresses").own_addresses_forget(apps, None)


def test_a_demo_that_was_connected_at_another_port_follows_the_site(settings: Any) -> None:
    GeneralSettings.objects.update_or_create(pk=1, defaults={"unique_id": "own"})
    RegisteredWorkspace.objects.create(unique_id="own", name="Demo", site_url=THEN, admission="token")
    RegisteredWorkspace.objects.create(unique_id="other", name="Theatre", site_url="https://theatre.example")
    CloudConnection.objects.create(workspace_id="w1", cloud_url=THEN, gateway_url=THEN)
    settings_change(gateway=THEN)
    AppRoute.objects.create(app_name="org.example", kind="gateway", gateway=f"https://a.example\n{THEN}/gateway/key")
    SettingChange.objects.create(setting_id="Push_gateway", before=THEN, after="https://a.example")

    migrate()
    settings.SITE_URL = LATER
    assert PushSettings.stored().gateway == LATER
    row = CloudConnection.objects.get()
    assert (row.cloud_url, row.gateway_url) == (LATER, LATER)
    assert RegisteredWorkspace.objects.get(unique_id="own").site_url == LATER
    assert RegisteredWorkspace.objects.get(unique_id="other").site_url == "https://theatre.example"
    assert AppRoute.objects.get().gateway == f"https://a.example\n{LATER}/gateway/key"
    change = SettingChange.objects.get()
    assert (change.before, change.after) == (LATER, "https://a.example")


def test_a_demo_that_was_not_connected_yet_follows_the_site(settings: Any) -> None:
    RegistrationToken.objects.create(digest=secret_digest("s"), ends_at="2030-01-01T00:00Z")
    PendingRegistration.objects.create(cloud_url=THEN, token=token_text(THEN, "s"))
    settings_change(gateway=THEN)
    migrate()
    settings.SITE_URL = LATER
    assert PendingRegistration.objects.get().cloud_url == PushSettings.stored().gateway == LATER


def test_a_workspace_of_another_cloud_stays_with_it(settings: Any) -> None:
    CloudConnection.objects.create(workspace_id="w", cloud_url=THEN, gateway_url=THEN)
    settings_change(gateway=THEN)
    migrate()
    settings.SITE_URL = LATER
    assert PushSettings.stored().gateway == CloudConnection.objects.get().cloud_url == THEN
