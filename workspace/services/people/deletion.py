"""Deleting accounts. The row remains without personal data, because messages and decisions refer to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone
from knox.models import AuthToken

from workspace.errors import ApplicationError, MissingPermissionError, NotAllowedError
from workspace.models import (
    Avatar,
    ClientPresence,
    EmailAddress,
    ErasureType,
    Integration,
    KnownAddress,
    MessageSettings,
    Presence,
    Room,
    SignedInClient,
    SignInSettings,
    Subscription,
    User,
)
from workspace.selectors.accounts import administrators
from workspace.selectors.permissions import may_manage
from workspace.services.accounts import sign_out_everywhere
from workspace.services.people.confirmation import password_matches
from workspace.services.people.erasure import erasure_begin
from workspace.services.room_changes.memberships import membership_update
from workspace.services.room_changes.state import room_erase
from workspace.services.second_factor import second_factor_remove
from workspace.signals import account_deleted, membership_ended

REMOVED_NAME = "Removed User"


@dataclass(slots=True)
class RoomsLeft:
    """The rooms that an account leaves without an owner: those with other members, and those without."""

    to_change_owner: list[Room] = field(default_factory=list)
    to_remove: list[Room] = field(default_factory=list)


@transaction.atomic
def account_delete(*, by: User, user: User, may_be_last_owner: bool = False) -> list[str]:
    """Delete another account, and return the ids of the rooms that were deleted with it.

    Raises MissingPermissionError if `by` may not manage the account, `error-action-not-allowed` for the last
    administrator, and `user-last-owner` if rooms would have no owner, unless `may_be_last_owner`.
    """
    if not may_manage(by, user):
        raise MissingPermissionError()
    return account_erase(user=user, may_be_last_owner=may_be_last_owner)


@transaction.atomic
def own_account_delete(*, user: User, password: str, may_be_last_owner: bool = False) -> list[str]:
    """Delete the user's own account, and return the ids of the rooms that were deleted with it.

    `password` may be a PasswordDigest. Raises `error-not-allowed` if the workspace does not
    allow it, `error-invalid-password`, and the errors above.
    """
    if not SignInSettings.current().delete_own_account:
        raise NotAllowedError()
    if not password_matches(user=user, password=password):
        raise ApplicationError("error-invalid-password", "Invalid password")
    return account_erase(user=user, may_be_last_owner=may_be_last_owner)


def account_erase(*, user: User, may_be_last_owner: bool) -> list[str]:
    """Delete the account as above, without checking permissions. The worker then erases its messages."""
    account = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    last_admin_check(account)
    left = rooms_left_by(account)
    if (left.to_change_owner or left.to_remove) and not may_be_last_owner:
        raise ApplicationError(
            "user-last-owner",
            details={
                "shouldChangeOwner": [room.name for room in left.to_change_owner],
                "shouldBeRemoved": [room.name for room in left.to_remove],
            },
        )
    account.is_active = False
    account.save(update_fields=["is_active", "updated_at"])
    sign_out_everywhere(user=account)
    deleted_rooms = rooms_leave(account, left)
    erasure_begin(user=account)
    # Incoming webhooks post as this account.
    Integration.objects.filter(user=account).update(is_enabled=False, updated_at=timezone.now())
    account_deleted.send(User, user=account)
    identity_erase(account)
    return deleted_rooms


def last_admin_check(user: User) -> None:
    """Raise `error-action-not-allowed` for the last administrator."""
    admins = administrators()
    if admins.filter(pk=user.pk).exists() and not admins.exclude(pk=user.pk).exists():
        raise ApplicationError(
            "error-action-not-allowed",
            "Leaving the app without admins is not allowed",
            details={"method": "deleteUser", "action": "Remove_last_admin"},
        )


def rooms_left_by(user: User) -> RoomsLeft:
    """Return the channels and private groups that only this account owns."""
    left = RoomsLeft()
    others = Subscription.objects.filter(room=OuterRef("room"), is_owner=True).exclude(user=user)
    rows = Subscription.objects.filter(user=user, is_owner=True, room__direct_key=None)
    for row in rows.alias(other=Subquery(others.values("pk")[:1])).filter(other=None).select_related("room"):
        has_members = row.room.subscriptions.filter(user__is_active=True).exclude(user=user).exists()
        (left.to_change_owner if has_members else left.to_remove).append(row.room)
    return left


def rooms_leave(user: User, left: RoomsLeft) -> list[str]:
    """End the account's memberships. Rooms without an owner get one, or are deleted if nobody remains in them.

    Direct rooms of two people are deleted. Returns the ids of the deleted rooms.
    """
    deleted = []
    for room in left.to_change_owner:
        members = room.subscriptions.filter(user__is_active=True).exclude(user=user)
        oldest = members.select_related("user", "room").order_by("joined_at", "pk")[0]
        membership_update(subscription=oldest, is_owner=True)
    removed = {room.pk for room in left.to_remove}
    for row in Subscription.objects.filter(user=user).select_related("room"):
        room = row.room
        is_empty = room.pk in removed or (room.is_direct and room.members_count <= 2)
        if is_empty:
            room_erase(room=room)
            deleted.append(room.public_id)
        else:
            membership_end(user, row)
    return deleted


def membership_end(user: User, membership: Subscription) -> None:
    """End a membership without a system message."""
    room = membership.room
    membership.delete()
    changes = {"members_count": Greatest(F("members_count") - 1, 0), "updated_at": timezone.now()}
    if room.is_direct:
        # The remaining members are another set of people, who may have a direct room already.
        changes["direct_key"] = f"former {room.public_id}"
    Room.objects.filter(pk=room.pk).update(**changes)
    membership_ended.send(Subscription, user=user, room=room)


def identity_erase(user: User) -> None:
    """Delete the account's sign-ins, addresses and presence, and remove the personal data from its row."""
    second_factor_remove(user=user)
    AuthToken.objects.filter(user=user).delete()
    for model in (Avatar, EmailAddress, KnownAddress, SignedInClient, SocialAccount, ClientPresence, Presence):
        model._default_manager.filter(user=user).delete()
    user.groups.clear()
    user.user_permissions.clear()
    if MessageSettings.current().erasure_type != ErasureType.KEEP:
        user.username, user.name = f"deleted-{user.public_id}", REMOVED_NAME
    user.nickname = user.bio = user.language = user.time_zone = user.avatar_etag = ""
    user.is_staff = user.is_superuser = False
    user.last_login, user.deleted_at = None, timezone.now()
    user.set_unusable_password()
    user.save()
