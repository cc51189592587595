"""Signing in the test client without a password, in fewer statements than Django needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import Client

from workspace.models import User


def sign_in_quickly(client: Client, user: User, backend: str | None = None) -> None:
    """Replace `Client.force_login`.

    Django creates a session and replaces it at once by another. django-axes looks for failed attempts to forget, which
    only a sign-in with a password ends.
    """
    request: Any = HttpRequest()
    request.session = client.session if settings.SESSION_COOKIE_NAME in client.cookies else SessionStore()
    settings.AXES_ENABLED = False
    try:
        login(request, user, backend or client._get_backend())  # type: ignore[attr-defined]
    finally:
        settings.AXES_ENABLED = True
    request.session.save()
    client._set_login_cookies(request)  # type: ignore[attr-defined]
