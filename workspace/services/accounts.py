"""Making and changing accounts."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _
from knox.models import AuthToken

from workspace.errors import ApplicationError
from workspace.models import EmailAddress, Room, User
from workspace.selectors.accounts import administrators
from workspace.services.presence import clients_end
from workspace.services.roles import ADMIN, USER
from workspace.services.rooms import members_add
from workspace.services.sign_in import sign_out

DEFAULT_CHANNEL_ID = "GENERAL"


@transaction.atomic
def user_create(
    *,
    username: str,
    password: str | None = None,
    name: str = "",
    email: str = "",
    email_verified: bool = False,
    roles: Iterable[str] = (USER,),
    joins_default_channel: bool = True,
) -> User:
    """Create an account with its roles and address, and let it into the default channel.

    Raises ValidationError for a username or address that is taken or misspelt.
    """
    role_names = list(roles)
    user = User(username=username, name=name, is_staff=ADMIN in role_names)
    user.set_password(password)
    user.full_clean()
    user.save()
    user.groups.set(Group.objects.filter(name__in=role_names))
    if email:
        address = EmailAddress(user=user, address=email, verified=email_verified)
        address.full_clean()
        address.save()
    if joins_default_channel and (room := Room.objects.filter(public_id=DEFAULT_CHANNEL_ID).first()):
        members_add(room=room, users=[user])
    return user


@transaction.atomic
def user_deactivate(*, user: User, by: User) -> None:
    """Sign the account out, and keep it from signing in and being notified; what it wrote and belonged to stays.

    Raises `error-action-not-allowed` for one's own account, and for the last one that administers the workspace.
    """
    if user.pk == by.pk:
        raise ApplicationError("error-action-not-allowed", _("You cannot deactivate your own account."))
    if not administrators().exclude(pk=user.pk).exists():
        raise ApplicationError("error-action-not-allowed", _("No other account administers the workspace."))
    user.is_active = False
    user.save(update_fields=["is_active", "updated_at"])
    sign_ins_end(user=user)
    clients_end(user=user)


@transaction.atomic
def sign_ins_end(*, user: User) -> None:
    """Sign the account's apps out, with the devices that they registered; sessions end by themselves."""
    for auth_token in AuthToken.objects.filter(user=user).select_related("user"):
        sign_out(auth_token=auth_token)


@transaction.atomic
def user_activate(*, user: User) -> None:
    """Let a deactivated account sign in and be notified again."""
    user.is_active = True
    user.save(update_fields=["is_active", "updated_at"])
