"""Creating rooms, adding members and removing them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from workspace.errors import ApplicationError, MissingPermissionError, NotAllowedError, NotInRoomError
from workspace.ids import public_id_new
from workspace.models import Room, RoomType, Subscription, SystemMessage, User
from workspace.selectors.room_roles import may_in_room
from workspace.selectors.rooms import can_leave, needs_join_code, subscription_of
from workspace.services.messages import system_message_post
from workspace.signals import membership_ended, memberships_began, subscription_changed

CREATE_PERMISSION = {RoomType.CHANNEL: "workspace.create_c", RoomType.PRIVATE: "workspace.create_p"}
# Each message in a direct room notifies all members, so these rooms are small.
DIRECT_ROOM_MAX_PEOPLE = 8


@transaction.atomic
def members_add(*, room: Room, users: Iterable[User], owners: Iterable[User] = ()) -> int:
    """Add members to the room, update its member count, and return the number of new members.

    The row of the room is locked, so that concurrent calls do not count a person twice.
    """
    count = Room.objects.select_for_update(no_key=True).values_list("members_count", flat=True).get(pk=room.pk)
    owner_ids = {user.pk for user in owners}
    user_ids = {user.pk for user in users} | owner_ids
    present = set(Subscription.objects.filter(room=room, user_id__in=user_ids).values_list("user_id", flat=True))
    Subscription.objects.bulk_create(
        [Subscription(room=room, user_id=pk, is_owner=pk in owner_ids) for pk in sorted(user_ids - present)],
        batch_size=1000,
    )
    added = len(user_ids - present)
    room.members_count = count + added
    if added:
        Room.objects.filter(pk=room.pk).update(members_count=room.members_count)
        memberships_began.send(Subscription, room=room, users=frozenset(user_ids - present))
    return added


@transaction.atomic
def room_create(
    *,
    creator: User,
    name: str,
    type: RoomType = RoomType.CHANNEL,
    members: Iterable[User] = (),
    is_read_only: bool = False,
    creator_joins: bool = True,
    public_id: str = "",
) -> Room:
    """Create a channel or private group.

    Raises MissingPermissionError if the creator may not, `error-invalid-room-name` if the name is invalid,
    `error-duplicate-channel-name` if it is taken.
    """
    if not creator.has_perm(CREATE_PERMISSION[type]):
        raise MissingPermissionError()
    room = Room(
        type=type, name=name, creator=creator, is_read_only=is_read_only, public_id=public_id or public_id_new()
    )
    name_check(room)
    try:
        with transaction.atomic():
            room.save()
    except IntegrityError as error:
        raise name_taken(name) from error
    members_add(room=room, users=members, owners=[creator] if creator_joins else [])
    return room


def name_taken(name: str) -> ApplicationError:
    """Return the error for a name that another room has."""
    return ApplicationError(
        "error-duplicate-channel-name", f"A channel with name '{name}' exists", details={"channel_name": name}
    )


def name_check(room: Room) -> None:
    """Raise `error-invalid-room-name` unless the room has a valid name."""
    others = [field.name for field in Room._meta.fields if field.name != "name"]
    try:
        room.clean_fields(exclude=others)
    except ValidationError:
        valid = False
    else:
        valid = bool(room.name)
    if not valid:
        raise ApplicationError(
            "error-invalid-room-name",
            f"'{room.name}' is not a valid room name.",
            details={"channel_name": room.name},
        )


def direct_key_of(users: Sequence[User]) -> str:
    """Return the key for a set of users, independent of their order."""
    return hashlib.sha256(",".join(str(pk) for pk in sorted({user.pk for user in users})).encode()).hexdigest()


@transaction.atomic
def direct_room_open(*, creator: User, others: Sequence[User]) -> Room:
    """Return the direct room of these users; create it if there is none.

    Raises MissingPermissionError if the creator may not start one, and `error-direct-message-max-user-exceeded` for
    more than 8 users.
    """
    people = list({user.pk: user for user in (creator, *others)}.values())
    if len(people) > DIRECT_ROOM_MAX_PEOPLE:
        raise ApplicationError(
            "error-direct-message-max-user-exceeded",
            f"You cannot add more than {DIRECT_ROOM_MAX_PEOPLE} users to a direct message",
        )
    key = direct_key_of(people)
    if room := Room.objects.filter(direct_key=key).first():
        room_show(user=creator, room=room)
        return room
    if not creator.has_perm("workspace.create_d"):
        raise MissingPermissionError()
    room, is_new = Room.objects.get_or_create(
        direct_key=key, defaults={"type": RoomType.DIRECT, "creator": creator, "public_id": public_id_new()}
    )
    if is_new:
        members_add(room=room, users=people)
    return room


@transaction.atomic
def room_join(*, user: User, room: Room, join_code: str = "") -> None:
    """Join a channel; raises `error-not-allowed` for any other room.

    If the channel has a join code, raises `error-code-required` or `error-code-invalid` unless it is given or the user
    may join without it.
    """
    if subscription_of(user=user, room=room):
        return
    if room.type != RoomType.CHANNEL or not user.has_perm("workspace.view_c_room"):
        raise NotAllowedError()
    if room.is_archived:
        raise ApplicationError("error-room-archived", "The room is archived")
    join_code_check(user=user, room=room, join_code=join_code)
    members_add(room=room, users=[user])
    system_message_post(room=room, user=user, type=SystemMessage.JOINED, text=user.username)


def join_code_check(*, user: User, room: Room, join_code: str) -> None:
    """Raise an error if the channel requires a join code and this is not it."""
    if not needs_join_code(user=user, room=room):
        return
    if not join_code:
        raise ApplicationError("error-code-required", "Code required")
    if not constant_time_compare(join_code_digest(room, join_code), room.join_code_digest):
        raise ApplicationError("error-code-invalid", "Invalid Room Password")


def join_code_digest(room: Room, join_code: str) -> str:
    """Return what is stored of a join code, which people may also use elsewhere."""
    return salted_hmac(f"workspace.join_code:{room.public_id}", join_code, algorithm="sha256").hexdigest()


@transaction.atomic
def room_invite(*, inviter: User, room: Room, users: Sequence[User]) -> None:
    """Add users to a channel or private group.

    Raises MissingPermissionError unless the inviter is a member and may add users to their rooms, or may add users to
    any channel; `error-room-archived` for an archived room.
    """
    is_member = subscription_of(user=inviter, room=room) is not None
    to_joined = is_member and may_in_room(user=inviter, room=room, permission="workspace.add_user_to_joined_room")
    to_any = room.type == RoomType.CHANNEL and inviter.has_perm("workspace.add_user_to_any_c_room")
    if room.is_direct or not (to_joined or to_any):
        raise MissingPermissionError()
    if room.is_archived:
        raise ApplicationError("error-room-archived", "The room is archived")
    present = set(room.subscriptions.filter(user__in=users).values_list("user_id", flat=True))
    members_add(room=room, users=users)
    for user in users:
        if user.pk not in present:
            system_message_post(room=room, user=inviter, type=SystemMessage.ADDED, text=user.username)


@transaction.atomic
def room_show(*, user: User, room: Room) -> bool:
    """Show a hidden room in the member's list; returns False if they are not a member."""
    own = Subscription.objects.filter(user=user, room=room)
    if own.filter(is_open=False).update(is_open=True, updated_at=timezone.now()):
        subscription_changed.send(Subscription, user=user, room=room)
        return True
    return own.exists()


@transaction.atomic
def room_leave(*, user: User, room: Room, keeps_owner: bool = False) -> None:
    """Leave a channel or private group.

    With `keeps_owner`, the last owner cannot leave even an otherwise empty room, as API clients expect. Raises
    `error-not-allowed` if the user may not leave or the room is direct, and the errors of :func:`member_remove`.
    """
    if not can_leave(user=user, room=room):
        raise NotAllowedError()
    member_remove(user=user, room=room, keeps_owner=keeps_owner)


@transaction.atomic
def member_remove(*, user: User, room: Room, keeps_owner: bool = False, remover: User | None = None) -> None:
    """Remove a member from a channel or private group. Permissions are not checked.

    The system message says that the member left or, with `remover`, who removed them.

    Raises `error-user-not-in-room`; `error-not-allowed` for a direct room; `error-you-are-last-owner` if other members
    would be left without an owner or, with `keeps_owner`, if the room would be empty.
    """
    if room.is_direct:
        raise NotAllowedError()
    locked = Room.objects.select_for_update(no_key=True).get(pk=room.pk)
    subscription = subscription_of(user=user, room=room)
    if subscription is None:
        raise NotInRoomError()
    others_own = room.subscriptions.filter(is_owner=True).exclude(user=user).exists()
    if subscription.is_owner and not others_own and (keeps_owner or locked.members_count > 1):
        raise ApplicationError(
            "error-you-are-last-owner", "You are the last owner. Please set new owner before leaving the room."
        )
    subscription.delete()
    Room.objects.filter(pk=room.pk).update(members_count=F("members_count") - 1)
    room.refresh_from_db(fields=["members_count"])
    kind = SystemMessage.REMOVED if remover else SystemMessage.LEFT
    system_message_post(room=room, user=remover or user, type=kind, text=user.username)
    membership_ended.send(Subscription, user=user, room=room)
