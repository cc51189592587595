"""A signed-in user."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import UserFactory
from workspace.models import User


@pytest.fixture
def ana(client: Client) -> User:
    user = UserFactory(username="ana", name="Ana Silva")
    client.force_login(user, backend="workspace.authentication.NameOrEmailBackend")
    return user
