"""What the end of a browser session means for presence."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from workspace.clients import session_clients
from workspace.models import User
from workspace.services.presence import clients_end


@receiver(user_logged_out, dispatch_uid="workspace.presence.session_ended")
def session_ended(request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    """Let the pages of the session count as gone; sent before the session is emptied."""
    if user is not None and request.session.session_key:
        clients_end(user=user, prefix=session_clients(request.session.session_key))
