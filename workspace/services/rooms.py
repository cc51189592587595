"""Making rooms, and letting people in and out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from workspace.errors import ApplicationError, MissingPermissionError, NotAllowedError, NotInRoomError
from workspace.ids import public_id_new
from workspace.models import Room, RoomType, Subscription, SystemMessage, User
from workspace.selectors.rooms import can_leave, subscription_of
from workspace.services.messages import system_message_post
from workspace.signals import membership_ended

CREATE_PERMISSION = {RoomType.CHANNEL: "workspace.create_c", RoomType.PRIVATE: "workspace.create_p"}
# Every message of a direct room notifies everybody in it, so these rooms stay small.
DIRECT_ROOM_MAX_PEOPLE = 8


@transaction.atomic
def members_add(*, room: Room, users: Iterable[User], owners: Iterable[User] = ()) -> int:
    """Let people into the room and return how many were not in it before; its member count is kept true.

    The room's row is locked first, so that two of these at once cannot both count the same person.
    """
    Room.objects.select_for_update(no_key=True).get(pk=room.pk)
    owner_ids = {user.pk for user in owners}
    wanted = {user.pk for user in users} | owner_ids
    present = set(Subscription.objects.filter(room=room, user_id__in=wanted).values_list("user_id", flat=True))
    Subscription.objects.bulk_create(
        [Subscription(room=room, user_id=pk, is_owner=pk in owner_ids) for pk in sorted(wanted - present)],
        batch_size=1000,
    )
    added = len(wanted - present)
    Room.objects.filter(pk=room.pk).update(members_count=F("members_count") + added)
    room.refresh_from_db(fields=["members_count"])
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

    Raises MissingPermissionError when the creator may not, `error-invalid-room-name` when the name is misspelt,
    `error-duplicate-channel-name` when it is taken.
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
        raise ApplicationError(
            "error-duplicate-channel-name", f"A channel with name '{name}' exists", details={"channel_name": name}
        ) from error
    members_add(room=room, users=members, owners=[creator] if creator_joins else [])
    return room


def name_check(room: Room) -> None:
    """Raise `error-invalid-room-name` unless the room has a name, and one that it can have."""
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
    """Return the key that one set of people share, in whatever order they are named."""
    return hashlib.sha256(",".join(str(pk) for pk in sorted({user.pk for user in users})).encode()).hexdigest()


@transaction.atomic
def direct_room_open(*, creator: User, others: Sequence[User]) -> Room:
    """Return the direct room of these people, created unless they have one.

    Raises MissingPermissionError when the creator may not begin one,
    `error-direct-message-max-user-exceeded` for more than 8 people.
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
    room, made = Room.objects.get_or_create(
        direct_key=key, defaults={"type": RoomType.DIRECT, "creator": creator, "public_id": public_id_new()}
    )
    if made:
        members_add(room=room, users=people)
    return room


@transaction.atomic
def room_join(*, user: User, room: Room) -> None:
    """Let the user into a channel by their own wish; raises `error-not-allowed` for any other room."""
    if subscription_of(user=user, room=room):
        return
    if room.type != RoomType.CHANNEL or not user.has_perm("workspace.view_c_room"):
        raise NotAllowedError()
    if room.is_archived:
        raise ApplicationError("error-room-archived", "The room is archived")
    members_add(room=room, users=[user])
    system_message_post(room=room, user=user, type=SystemMessage.JOINED, text=user.username)


@transaction.atomic
def room_invite(*, inviter: User, room: Room, users: Sequence[User]) -> None:
    """Let others into a channel or private group.

    Raises MissingPermissionError unless the inviter is in the room and may add people to it, or may add people to
    any channel; `error-room-archived` for an archived room.
    """
    is_member = subscription_of(user=inviter, room=room) is not None
    to_joined = is_member and inviter.has_perm("workspace.add_user_to_joined_room")
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
    """Let the member's list of rooms show the room, if it is hidden; returns whether they are a member at all."""
    mine = Subscription.objects.filter(user=user, room=room)
    shown = mine.filter(is_open=False).update(is_open=True, updated_at=timezone.now())
    return bool(shown) or mine.exists()


@transaction.atomic
def room_leave(*, user: User, room: Room, keeps_owner: bool = False) -> None:
    """Let the user out of a channel or private group by their own wish.

    With `keeps_owner`, the last owner stays even where nobody would be left, as clients of the API know it. Raises
    `error-not-allowed` when the user may not leave or the room is direct, and what :func:`member_remove` raises.
    """
    if not can_leave(user=user, room=room):
        raise NotAllowedError()
    member_remove(user=user, room=room, keeps_owner=keeps_owner)


@transaction.atomic
def member_remove(*, user: User, room: Room, keeps_owner: bool = False) -> None:
    """Let the user out of a channel or private group, whatever they may do.

    Raises `error-user-not-in-room`, `error-not-allowed` for a direct room, and `error-you-are-last-owner` when others
    would be left in it without an owner; with `keeps_owner`, also when nobody would be left.
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
    system_message_post(room=room, user=user, type=SystemMessage.LEFT, text=user.username)
    membership_ended.send(Subscription, user=user, room=room)


@transaction.atomic
def room_archive(*, room: Room) -> None:
    """Close the room to new messages and members; whoever may read it still can."""
    room.is_archived = True
    room.save(update_fields=["is_archived", "updated_at"])


@transaction.atomic
def room_reopen(*, room: Room) -> None:
    """Open an archived room again."""
    room.is_archived = False
    room.save(update_fields=["is_archived", "updated_at"])
