"""Handlers for signing in and for the end of a browser session."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from workspace.clients import session_client_prefix
from workspace.models import User
from workspace.services.known_clients import address_remember
from workspace.services.presence import clients_disconnect


@receiver(user_logged_in, dispatch_uid="workspace.sign_in.address_known")
def address_known(request: HttpRequest | None, user: User, **_kwargs: Any) -> None:
    """Remember the address of a sign-in. Failed sign-ins from there are then counted separately."""
    if request is not None:
        address_remember(request=request, user=user)


@receiver(user_logged_out, dispatch_uid="workspace.presence.session_ended")
def session_ended(request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    """Disconnect the pages of the session. This signal is sent before the session is flushed."""
    if user is not None and request.session.session_key:
        clients_disconnect(user=user, prefix=session_client_prefix(request.session.session_key))
