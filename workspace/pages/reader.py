"""Who is looking at a page."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from workspace.models import User


def reader_of(request: HttpRequest) -> User:
    """Return the signed-in reader of a page that strangers cannot open; raises PermissionDenied for a stranger."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
