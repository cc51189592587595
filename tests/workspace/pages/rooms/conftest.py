"""A signed-in user, and a room of which they are a member."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import RoomFactory, UserFactory
from workspace.models import Room, User


@pytest.fixture
def ana(client: Client) -> User:
    user = UserFactory(username="ana", name="Ana Silva")
    client.force_login(user, backend="workspace.authentication.NameOrEmailBackend")
    return user


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob", name="Bob Meier")


@pytest.fixture
def room(ana: User, bob: User) -> Room:
    return RoomFactory(name="ops", members=[ana, bob])
