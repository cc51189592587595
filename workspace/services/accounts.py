"""Making and changing accounts."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.db import transaction

from workspace.models import EmailAddress, Room, User
from workspace.services.roles import ADMIN, USER
from workspace.services.rooms import members_add

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
