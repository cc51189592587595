"""Who may see metrics and the details of health checks: programs with the metrics token, and administrators."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections

from workspace.models import User

# Seconds to find out who is signed in. Without an answer, the reader is a stranger.
SESSION_SECONDS = 1.0


def has_token(headers: Mapping[str, str]) -> bool:
    """Return True if the request has the metrics token, as bearer token or as password with any name."""
    scheme, _space, value = headers.get("authorization", "").partition(" ")
    given = value.strip()
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return False
    elif scheme.lower() != "bearer":
        return False
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())


async def staff_of(scope: Any) -> User | None:
    """Return the administrator who is signed in in the browser; None for everybody else."""
    request = ASGIRequest(scope, BytesIO())
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key:
        return None
    request.session = SessionStore(key)
    try:
        user = await asyncio.wait_for(asyncio.to_thread(user_of, request), SESSION_SECONDS)
    except Exception:
        # The database is one of the things that may be out of order.
        return None
    return user if user.is_staff and user.is_active else None


def user_of(request: ASGIRequest) -> Any:
    """Return the user of the request's session."""
    try:
        return get_user(request)
    finally:
        close_old_connections()
