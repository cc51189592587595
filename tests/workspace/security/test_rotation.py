"""`manage.py rotatekeys`: everything is encrypted with the newest key, and older keys can be removed."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client

from push.models import PushSettings
from tests.factories import UserFactory
from workspace.models import PendingSecondFactor
from workspace.security import rotation
from workspace.security.encryption import text_decrypt, text_encrypt
from workspace.security.rotation import keys_rotate

pytestmark = pytest.mark.django_db

SECRET = "the passphrase that no one may read"
GATEWAY = "https://user:secret@gateway.example/path"


@pytest.fixture
def authenticator() -> Authenticator:
    """Store a secret of each kind, and return the second factor."""
    PushSettings(apn_passphrase=SECRET, gateway=GATEWAY).save()
    return Authenticator.objects.create(
        user=UserFactory(), type="totp", data={"secret": text_encrypt(SECRET), "last_counter": 7}
    )


def only_the_new_key(settings: Any) -> None:
    settings.SALT_KEY, settings.SECRET_KEY = ["a new encryption key"], "a new signing key"
    settings.SECRET_KEY_FALLBACKS = settings.SECRET_KEY_PREVIOUS = []


def keys_add(settings: Any) -> None:
    """Put new keys before the present ones."""
    settings.SALT_KEY = ["a new encryption key", *settings.SALT_KEY]
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new signing key"


@pytest.mark.thorough
@pytest.mark.any_database
def test_old_keys_can_be_removed_afterwards(settings: Any, authenticator: Authenticator) -> None:
    keys_add(settings)
    assert "Older keys can be removed" in call_command("rotatekeys")
    only_the_new_key(settings)
    stored = PushSettings.stored()
    assert (stored.apn_passphrase, stored.gateway) == (SECRET, GATEWAY)
    authenticator.refresh_from_db()
    assert text_decrypt(authenticator.data["secret"], name="secret") == SECRET
    assert authenticator.data["last_counter"] == 7


def test_a_second_run_changes_nothing(settings: Any, authenticator: Authenticator) -> None:
    keys_add(settings)
    first = keys_rotate()
    second = keys_rotate()
    assert first.rotated >= 3
    assert (second.rotated, second.current) == (0, first.rotated + first.current)


def test_an_interrupted_run_is_continued(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    users = UserFactory.create_batch(5)
    PendingSecondFactor.objects.bulk_create(PendingSecondFactor(user=user, secret=SECRET) for user in users)
    keys_add(settings)
    monkeypatch.setattr(rotation, "BATCH", 2)

    def stop(column: str) -> None:
        if column == "mfa.authenticator.data":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keys_rotate(progress=stop)
    assert keys_rotate().rotated == 0
    only_the_new_key(settings)
    assert set(PendingSecondFactor.objects.values_list("secret", flat=True)) == {SECRET}


def test_unreadable_secrets_are_named_and_not_changed(settings: Any, authenticator: Authenticator) -> None:
    former = list(settings.SALT_KEY)
    settings.SALT_KEY = ["a key that is not the right one"]
    with pytest.raises(CommandError) as refusal:
        call_command("rotatekeys")
    assert "push.pushsettings.apn_passphrase of row 1" in str(refusal.value)
    assert f"mfa.authenticator.data of row {authenticator.pk}" in str(refusal.value)
    assert SECRET not in str(refusal.value)
    settings.SALT_KEY = former
    assert PushSettings.stored().apn_passphrase == SECRET


def test_sessions_survive_a_planned_rotation_but_not_a_revoked_key(settings: Any) -> None:
    client = Client()
    client.force_login(UserFactory(), backend=settings.AUTHENTICATION_BACKENDS[-1])
    former = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new signing key", [former]
    assert client.get("/account/").status_code == 200
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "yet another signing key", []
    settings.SECRET_KEY_PREVIOUS = ["a new signing key", former]
    assert client.get("/account/").status_code == 302
