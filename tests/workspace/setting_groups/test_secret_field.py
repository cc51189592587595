"""Encrypted secrets."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from push.models import PushSettings
from tests.logs import logged

pytestmark = pytest.mark.django_db

SECRET = "the passphrase that no one may read"


def stored_text() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT apn_passphrase FROM push_pushsettings")
        row: tuple[Any, ...] = cursor.fetchone()
    return str(row[0])


def test_a_secret_is_encrypted_in_the_database_and_read_back() -> None:
    PushSettings(apn_passphrase=SECRET).save()
    assert SECRET not in stored_text()
    assert PushSettings.stored().apn_passphrase == SECRET


def test_no_secret_is_an_empty_text() -> None:
    PushSettings().save()
    assert stored_text() == ""
    assert PushSettings.stored().apn_passphrase == ""


def test_earlier_keys_decrypt_after_a_rotation_and_the_new_key_encrypts(settings: Any) -> None:
    PushSettings(apn_passphrase=SECRET).save()
    former = list(settings.SALT_KEY)
    settings.SALT_KEY = ["a new key", *former]
    assert PushSettings.stored().apn_passphrase == SECRET
    PushSettings.stored().save()
    settings.SALT_KEY = ["a new key"]
    assert PushSettings.stored().apn_passphrase == SECRET


def test_a_previous_secret_key_decrypts(settings: Any) -> None:
    PushSettings(apn_passphrase=SECRET).save()
    settings.SECRET_KEY_PREVIOUS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key"
    assert PushSettings.stored().apn_passphrase == SECRET
    PushSettings.stored().save()
    settings.SECRET_KEY_PREVIOUS = []
    assert PushSettings.stored().apn_passphrase == SECRET


def test_a_secret_that_no_key_decrypts_is_empty_and_logged(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    PushSettings(apn_passphrase=SECRET).save()
    settings.SALT_KEY = ["another key"]
    with caplog.at_level(logging.ERROR):
        assert PushSettings.stored().apn_passphrase == ""
    assert [fields["name"] for fields in logged(caplog, "secret.unreadable")] == ["push.PushSettings.apn_passphrase"]


def test_an_unreadable_secret_survives_the_saving_of_other_settings() -> None:
    PushSettings(apn_passphrase=SECRET).save()
    keys, settings.SALT_KEY = settings.SALT_KEY, ["another key"]
    try:
        from workspace.models import ChangeSource
        from workspace.services.settings import Origin, setting_save

        setting_save(setting_id="Push_enable", value=False, origin=Origin(source=ChangeSource.COMMAND))
    finally:
        settings.SALT_KEY = keys
    assert PushSettings.stored().apn_passphrase == SECRET


def test_validating_a_value_never_decrypts_it() -> None:
    PushSettings(apn_passphrase=SECRET).save()
    field = PushSettings._meta.get_field("apn_passphrase")
    assert field.clean(stored_text(), None) == stored_text()
