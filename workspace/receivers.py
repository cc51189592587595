"""Handlers for signing in, the end of a browser session, and changes of roles."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from workspace.clients import session_client_prefix
from workspace.models import User
from workspace.services.known_clients import address_remember
from workspace.services.people.roles import deleted_role_forget, deleted_role_remember
from workspace.services.presence import clients_disconnect
from workspace.signals import permissions_changed, roles_changed, user_roles_changed


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


@receiver(m2m_changed, sender=Group.permissions.through, dispatch_uid="workspace.roles.permissions")
def on_permissions_changed(action: str, **_kwargs: Any) -> None:
    """Announce that a role has got or lost permissions, whether over the API or in the administration."""
    if action.startswith("post_"):
        permissions_changed.send(Permission)


@receiver(m2m_changed, sender=User.groups.through, dispatch_uid="workspace.roles.members")
def on_members_changed(action: str, instance: Any, reverse: bool, pk_set: set[int] | None, **_kwargs: Any) -> None:
    """Announce that accounts have got or lost roles. `reverse`: a role was changed instead of an account."""
    if action.startswith("post_"):
        users = frozenset(pk_set or ()) if reverse else frozenset([instance.pk])
        user_roles_changed.send(User, users=users)


@receiver(post_save, sender=Group, dispatch_uid="workspace.roles.saved")
def on_role_saved(instance: Group, created: bool, raw: bool = False, **_kwargs: Any) -> None:
    """Announce a new or renamed role."""
    if raw:
        return
    if created:
        deleted_role_forget(name=instance.name)
    roles_changed.send(Group)


@receiver(post_delete, sender=Group, dispatch_uid="workspace.roles.deleted")
def on_role_deleted(instance: Group, **_kwargs: Any) -> None:
    """Announce that a role was deleted."""
    deleted_role_remember(name=instance.name)
    roles_changed.send(Group)
