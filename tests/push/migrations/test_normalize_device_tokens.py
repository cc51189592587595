"""The migration that brings stored device tokens into their canonical form."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from push.models import Device, token_digest
from tests.factories import DeviceFactory, UserFactory

pytestmark = pytest.mark.django_db

TOKEN = "a37482095d676a22" * 4
tokens_normalize = import_module("push.migrations.0007_normalize_device_tokens").tokens_normalize


def test_the_newest_owner_keeps_a_token_that_was_stored_in_several_spellings() -> None:
    before, after, last = (UserFactory() for _number in range(3))
    now = timezone.now()
    DeviceFactory(user=before, token=TOKEN, registered_at=now - timedelta(days=2))
    DeviceFactory(user=last, token=TOKEN.upper(), registered_at=now)
    DeviceFactory(user=after, token=f"<{TOKEN}>", registered_at=now - timedelta(days=1))
    tokens_normalize(apps, None)
    device = Device.objects.get()
    assert (device.user, device.token, device.token_digest) == (last, TOKEN, token_digest(TOKEN))


def test_other_tokens_lose_surrounding_whitespace_and_nothing_else_changes() -> None:
    google = DeviceFactory(type="gcm", token="Ab:c\n")
    odd = DeviceFactory(token="phone-of-ana", voip_token=TOKEN.upper())
    tokens_normalize(apps, None)
    google.refresh_from_db()
    odd.refresh_from_db()
    assert (google.token, google.token_digest) == ("Ab:c", token_digest("Ab:c"))
    assert (odd.token, odd.token_digest, odd.voip_token) == ("phone-of-ana", token_digest("phone-of-ana"), TOKEN)
