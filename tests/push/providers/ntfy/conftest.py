"""An ntfy server that this installation may send to, turned on for the workspace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from push.models import Device
from push.services.devices import device_register
from push.services.provider_values import provider_configure
from tests.fakes.ntfy import ACCESS_TOKEN, FakeNtfy
from workspace.models import User


@pytest.fixture
def ntfy(db: None, settings: Any) -> Iterator[FakeNtfy]:
    with FakeNtfy() as fake:
        settings.WEB_PUSH_PRIVATE_HOSTS = [fake.host]
        turn_on(fake)
        yield fake


def turn_on(fake: FakeNtfy, access_token: str = ACCESS_TOKEN) -> None:
    values = {"server": fake.address, "access_token": access_token}
    provider_configure(kind="ntfy", is_enabled=True, values=values)


def topic_of(user: User, address: str) -> Device:
    return device_register(user=user, type="ntfy", app_name="ntfy", token=address)


@pytest.fixture
def topic(receiver: User, ntfy: FakeNtfy) -> Device:
    """The only device of the receiver."""
    Device.objects.filter(user=receiver).delete()
    return topic_of(receiver, ntfy.topic())
