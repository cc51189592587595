"""Services that this installation may send to, and Apprise turned on for the workspace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from push.models import Device
from push.services.devices import device_register
from push.services.provider_values import provider_configure
from tests.fakes.apprise import FakeService
from workspace.models import User


@pytest.fixture
def service(settings: Any) -> Iterator[FakeService]:
    with FakeService() as fake:
        settings.WEB_PUSH_PRIVATE_HOSTS = [fake.host]
        yield fake


@pytest.fixture
def turned_on(db: None) -> None:
    turn_on()


def turn_on(services: str = "gotify, gotifys, ntfy, matrix, tgram") -> None:
    provider_configure(kind="apprise", is_enabled=True, values={"services": services})


def device_of(user: User, address: str) -> Device:
    return device_register(user=user, type="apprise", app_name="apprise", token=address)


@pytest.fixture
def device(receiver: User, service: FakeService, turned_on: None) -> Device:
    """The only device of the receiver."""
    Device.objects.filter(user=receiver).delete()
    return device_of(receiver, service.gotify)
