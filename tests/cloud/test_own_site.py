"""The address of this site is not stored; stored URLs follow changes of `SITE_URL`."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from cloud.models import CloudConnection, PendingRegistration, RegisteredWorkspace
from cloud.services.connection import connection_save
from cloud.services.registration import workspace_register
from cloud.services.registration_requests import token_read
from push.models import AppRoute, PushSettings
from push.services.demo import demo_prepare
from tests.admin_rows import administrator
from workspace.http_addresses import own_site_fill_in, own_site_replace
from workspace.models import ChangeSource, SettingChange
from workspace.services.settings import Origin, setting_revert, settings_save

pytestmark = pytest.mark.django_db

BEFORE = "http://127.0.0.1:8000"
NOW = "http://127.0.0.1:8120"


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL = BEFORE


def texts_of_database() -> list[str]:
    """Return every text in the tables of the cloud and push apps, and in the settings' history."""
    tables = [name for name in connection.introspection.table_names() if name.startswith(("cloud_", "push_"))]
    texts = []
    with connection.cursor() as cursor:
        for table in [*tables, "workspace_settingchange"]:
            cursor.execute(f'SELECT * FROM "{table}"')
            texts += [str(value) for row in cursor.fetchall() for value in row]
    return texts


def test_the_demo_stores_no_site_address_and_follows_a_change_of_it(settings: Any) -> None:
    demo_prepare(site_url=BEFORE)
    assert not [text for text in texts_of_database() if "127.0.0.1" in text]
    assert token_read(PendingRegistration.objects.get().token)[0] == ""
    settings.SITE_URL = NOW
    assert PushSettings.stored().gateway == NOW
    assert PendingRegistration.objects.get().cloud_url == NOW


def test_a_registration_with_this_sites_own_cloud_follows_a_change_of_address(settings: Any) -> None:
    connection_save(workspace_id="w", cloud_url=BEFORE, gateway_url=BEFORE)
    workspace_register(unique_id="u", name="Demo", site_url=BEFORE)
    AppRoute.objects.create(app_name="org.example", kind="gateway", gateway=f"{BEFORE}/gateway/key\nhttps://b.example")
    settings.SITE_URL = NOW
    row = CloudConnection.objects.get()
    assert (row.cloud_url, row.gateway_url) == (NOW, NOW)
    assert RegisteredWorkspace.objects.get().site_url == NOW
    assert RegisteredWorkspace.objects.filter(site_url=NOW).exists()
    assert AppRoute.objects.get().gateway == f"{NOW}/gateway/key\nhttps://b.example"


def test_a_former_address_of_this_site_is_replaced_by_the_current_one(settings: Any) -> None:
    admin = administrator()
    origin = Origin(source=ChangeSource.COMMAND)
    for address in (BEFORE, "https://push.example.org"):
        settings_save(values={"Push_gateway": address}, origin=origin)
    settings.SITE_URL = NOW
    setting_revert(change=SettingChange.objects.latest("pk"), actor=admin)
    assert PushSettings.stored().gateway == NOW


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (BEFORE, "site:"),
        ("HTTP://127.0.0.1:8000/a?b", "site:/a?b"),
        ("http://127.0.0.1:80001", "http://127.0.0.1:80001"),
        ("http://127.0.0.1:800", "http://127.0.0.1:800"),
        (f"https://a.example/?to={BEFORE}", f"https://a.example/?to={BEFORE}"),
        (f"https://a.example\n{BEFORE}/b", "https://a.example\nsite:/b"),
        ("", ""),
    ],
)
def test_only_the_address_of_this_site_is_replaced(text: str, stored: str) -> None:
    assert own_site_replace(text) == stored
    assert own_site_fill_in(stored).lower() == text.lower()
