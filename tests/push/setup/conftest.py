"""A new installation, and an administrator in its wizard."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from push.selectors.setup.codes import setup_code
from push.selectors.setup.progress import progress_current
from tests.factories import UserFactory
from workspace.models import User
from workspace.permissions import ADMIN, USER
from workspace.services.accounts import user_create

PASSWORD = "tides turn at noon"

ENTERED = {"username": "ada", "name": "Ada", "email": "ada@theatre.example", "password": PASSWORD}


@pytest.fixture
def new_installation(settings: Any, db: None) -> None:
    settings.SETUP_WIZARD = True


@pytest.fixture
def code(new_installation: None) -> str:
    return setup_code(progress_current())


@pytest.fixture
def admin(new_installation: None) -> User:
    return user_create(username="ada", email="ada@theatre.example", email_verified=True, roles=(ADMIN, USER))


@pytest.fixture
def wizard(admin: User) -> Client:
    """Return a browser in which the administrator is signed in."""
    client = Client()
    client.force_login(admin, backend="workspace.authentication.NameOrEmailBackend")
    return client


@pytest.fixture
def member(new_installation: None) -> Client:
    client = Client()
    client.force_login(UserFactory(), backend="workspace.authentication.NameOrEmailBackend")
    return client
