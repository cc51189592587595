"""Rows of version 0.1.0 contain gateway keys and passwords in clear; the migration encrypts them."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from push.models import AppRoute, PushSettings
from workspace.models import SettingChange

pytestmark = pytest.mark.django_db

OLD = "https://gateway.example.org/gateway/Zanzibar-key-1\nhttps://ada:Zanzibar@other.example.org"


def raw(table: str, column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return str(cursor.fetchone()[0])


def store_in_clear(table: str, column: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s", [value])


def test_stored_addresses_are_encrypted() -> None:
    PushSettings().save()
    AppRoute.objects.create(app_name="org.example", kind="gateway", gateway="https://a.example")
    SettingChange.objects.create(setting_id="Push_gateway", before="x", after="y")
    store_in_clear("push_pushsettings", "gateway", OLD)
    store_in_clear("push_approute", "gateway", OLD)
    json = '"' + OLD.replace("\n", "\\n") + '"'
    store_in_clear("workspace_settingchange", "after", json)

    import_module("push.migrations.0015_secret_addresses").addresses_encrypt(apps, None)

    places = [("push_pushsettings", "gateway"), ("push_approute", "gateway"), ("workspace_settingchange", "after")]
    assert not [place for place in places if "Zanzibar" in raw(*place)]
    assert PushSettings.stored().gateway == AppRoute.objects.get().gateway == SettingChange.objects.get().after == OLD
    assert SettingChange.objects.get().before == "x"
