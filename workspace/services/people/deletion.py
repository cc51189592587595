"""Deleting accounts. The row remains without personal data, because messages and decisions refer to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest
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
    Mention,
    Message,
    MessageSettings,
    Presence,
    Reaction,
    Report,
    Room,
    SignInSettings,
    Star,
    Subscription,
    ThreadFollower,
    User,
)
from workspace.models.history import rows_delete
from workspace.models.messages import ENCRYPTED
from workspace.selectors.accounts import administrators
from workspace.selectors.permissions import may_manage
from workspace.services.accounts import sign_out_everywhere
from workspace.services.message_marks.touching import marks_delete
from workspace.services.messages import ERASED, message_erase
from workspace.services.people.confirmation import password_matches
from workspace.services.room_changes.memberships import membership_update
from workspace.services.room_changes.state import room_erase
from workspace.services.second_factor import second_factor_remove
from workspace.signals import account_deleted, membership_ended

# Messages that may still be queued or shown on devices are deleted one by one, so that the devices are informed.
RECENT = timedelta(days=1)
MAX_RECENT = 1000
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
    """Delete the account as above, without checking permissions."""
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
    messages_release(account)
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


def messages_release(user: User) -> None:
    """Delete the account's messages if the workspace's settings say so, and what it has added to those of others."""
    now = timezone.now()
    if MessageSettings.current().erasure_type == ErasureType.DELETE:
        recent = Message.objects.filter(sender=user, deleted_at=None, accepted_at__gt=now - RECENT)
        for message in recent.select_related("room", "parent").order_by("-pk")[:MAX_RECENT]:
            message_erase(message=message)
        messages_erase(user)
    rows_delete(rows=ThreadFollower.objects.filter(user=user))
    Mention.objects.filter(user=user).delete()
    Message.objects.filter(pk__in=Reaction.objects.filter(user=user).values("message")).update(updated_at=now)
    Reaction.objects.filter(user=user).delete()
    Star.objects.filter(user=user).delete()


def messages_erase(user: User) -> None:
    """Delete the content of all messages of the account, with a constant number of queries.

    Reports of them contain the texts too. Without these they are useless, so they are dismissed.
    """
    now, messages = timezone.now(), Message.objects.filter(sender=user, deleted_at=None)
    counted = messages.filter(type__in=("", ENCRYPTED)).order_by()
    replies = counted.filter(parent=OuterRef("pk")).values("parent").annotate(n=Count("pk")).values("n")
    of_room = counted.filter(room=OuterRef("pk")).values("room").annotate(n=Count("pk")).values("n")
    Message.objects.filter(pk__in=counted.exclude(parent=None).values("parent")).update(
        reply_count=Greatest(F("reply_count") - number_of(replies), 0), updated_at=now
    )
    Room.objects.filter(pk__in=counted.values("room")).update(
        messages_count=Greatest(F("messages_count") - number_of(of_room), 0), updated_at=now
    )
    marks_delete(messages=messages)
    reports = Report.objects.filter(message__sender=user)
    reports.filter(dismissed_at=None).update(dismissed_at=now)
    reports.update(text="")
    messages.update(**ERASED, deleted_at=now, updated_at=now)


def number_of(rows: object) -> Coalesce:
    """Return the number in a subquery; 0 without rows."""
    return Coalesce(Subquery(rows, output_field=IntegerField()), 0)  # type: ignore[arg-type]


def identity_erase(user: User) -> None:
    """Delete the account's sign-ins, addresses and presence, and remove the personal data from its row."""
    second_factor_remove(user=user)
    AuthToken.objects.filter(user=user).delete()
    for model in (Avatar, EmailAddress, KnownAddress, ClientPresence, Presence):
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
