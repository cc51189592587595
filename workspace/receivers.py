"""Handlers for signing in, the end of a browser session, and changes of roles."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from workspace.clients import session_client_prefix
from workspace.models import Room, SourcePerson, SourceRoom, User
from workspace.services.known_clients import address_remember
from workspace.services.people.roles import deleted_role_forget, deleted_role_remember
from workspace.services.presence import clients_disconnect
from workspace.services.privacy.exports import account_exports_delete
from workspace.services.sign_ins.clients import session_forget, session_remember
from workspace.signals import account_deleted, room_deleted


@receiver(user_logged_in, dispatch_uid="workspace.sign_in.address_known")
def address_known(request: HttpRequest | None, user: User, **_kwargs: Any) -> None:
    """Remember the address of a sign-in. Failed sign-ins from there are then counted separately."""
    if request is not None:
        address_remember(request=request, user=user)


@receiver(user_logged_in, dispatch_uid="workspace.sign_in.session_remembered")
def session_remembered(request: HttpRequest | None, user: User, **_kwargs: Any) -> None:
    """Record the browser, which the account's owner sees among the places where they are signed in."""
    if request is not None:
        session_remember(request=request, user=user)


@receiver(user_logged_out, dispatch_uid="workspace.presence.session_ended")
def session_ended(request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    """Disconnect the pages of the session, and forget its browser. The signal is sent before the session is flushed."""
    if user is not None and request.session.session_key:
        clients_disconnect(user=user, prefix=session_client_prefix(request.session.session_key))
        session_forget(request=request)


@receiver(post_save, sender=Group, dispatch_uid="workspace.roles.saved")
def on_role_saved(instance: Group, raw: bool = False, **_kwargs: Any) -> None:
    """Forget that a role of the same name was deleted."""
    if not raw:
        deleted_role_forget(name=instance.name)


@receiver(post_delete, sender=Group, dispatch_uid="workspace.roles.deleted")
def on_role_deleted(instance: Group, **_kwargs: Any) -> None:
    """Remember a deleted role, for clients that store the list of roles."""
    deleted_role_remember(name=instance.name)


@receiver(account_deleted, dispatch_uid="workspace.exports.account_deleted")
def on_account_deleted(user: User, **_kwargs: Any) -> None:
    account_exports_delete(user=user)


@receiver(account_deleted, dispatch_uid="workspace.sources.account_deleted")
def person_forget(user: User, **_kwargs: Any) -> None:
    """Forget under which id a source knew the person. If it reports the id again, that is another person."""
    SourcePerson.objects.filter(user=user).delete()


@receiver(room_deleted, dispatch_uid="workspace.sources.room_deleted")
def room_forget(room: Room, **_kwargs: Any) -> None:
    """Forget under which id a source knew the room."""
    SourceRoom.objects.filter(room=room).delete()
