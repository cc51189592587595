"""Finding rooms and people by a part of their name, for the directory and completions in clients."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from workspace.errors import ApplicationError
from workspace.models import EmailAddress, Room, RoomType, Subscription, User

NAMED = (RoomType.CHANNEL, RoomType.PRIVATE)
ADMINISTER_ROOMS = "workspace.view_room_administration"
# The number of suggestions for a part of a name.
MAX_FOUND = 5


def rooms_administered(user: User, *, words: str = "", types: Collection[str] = ()) -> QuerySet[Room]:
    """Return all rooms, or those of some types, whose name or (in direct rooms) member names contain the words.

    Raises `error-not-authorized` unless the user administers rooms.
    """
    if not may_administer_rooms(user):
        raise ApplicationError("error-not-authorized", "error-not-authorized")
    rooms = Room.objects.filter(deleted_at=None).select_related("creator")
    if types:
        rooms = rooms.filter(type__in=types)
    if words:
        members = Subscription.objects.filter(room=OuterRef("pk"), user__username__icontains=words)
        rooms = rooms.filter(Q(name__icontains=words) | Q(Exists(members), type=RoomType.DIRECT))
    return rooms


def may_administer_rooms(user: User) -> bool:
    """Return True if the user may list all rooms."""
    return user.has_perm(ADMINISTER_ROOMS)


def own_rooms_beginning(user: User, name: str) -> QuerySet[Room]:
    """Return the channels and groups that the user is in and whose names begin with this."""
    own = Subscription.objects.filter(room=OuterRef("pk"), user=user)
    return Room.objects.filter(Exists(own), type__in=NAMED, name__istartswith=name)


def owned_rooms_beginning(user: User, name: str) -> QuerySet[Room]:
    """Return the channels and groups that the user owns and whose names begin with this."""
    owned = Subscription.objects.filter(room=OuterRef("pk"), user=user, is_owner=True)
    return Room.objects.filter(Exists(owned), type__in=NAMED, name__istartswith=name)


def may_find_people(user: User) -> bool:
    """Return True if the user may find accounts that are in no room with them."""
    return user.has_perm("workspace.view_outside_room") and user.has_perm("workspace.view_d_room")


def directory_rooms(user: User, words: str) -> QuerySet[Room]:
    """Return all channels, and the private groups that the user is in, whose name or topic contains the words."""
    own = Subscription.objects.filter(room=OuterRef("pk"), user=user)
    is_listed = Q(type=RoomType.CHANNEL) | Q(Exists(own), type=RoomType.PRIVATE)
    rooms = Room.objects.filter(is_listed, deleted_at=None).select_related("creator")
    return rooms.filter(Q(name__icontains=words) | Q(topic__icontains=words)) if words else rooms


def directory_people(words: str, *, with_addresses: bool) -> QuerySet[User]:
    """Return the active accounts whose username or name contains the words.

    `with_addresses`: or a verified address. Only for users who may see addresses, because others could guess them.
    """
    people = User.objects.filter(is_active=True)
    if not words:
        return people
    is_found = Q(username__icontains=words) | Q(name__icontains=words)
    if with_addresses:
        addresses = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True, address__icontains=words)
        is_found |= Q(Exists(addresses))
    return people.filter(is_found)


def channels_found(user: User, words: str) -> QuerySet[Room]:
    """Return up to five channels that the user has not joined and whose name contains the words, by name."""
    if not (user.has_perm("workspace.view_outside_room") and user.has_perm("workspace.view_c_room")):
        return Room.objects.none()
    own = Subscription.objects.filter(room=OuterRef("pk"), user=user)
    channels = Room.objects.filter(~Exists(own), type=RoomType.CHANNEL, name__icontains=words, deleted_at=None)
    return channels.order_by("name")[:MAX_FOUND]


def people_found(user: User, words: str) -> list[User]:
    """Return up to five active accounts whose username or name contains the words; that username itself comes first.

    Users who may not find everyone find only those with whom they share a direct room.
    """
    people = User.objects.filter(Q(username__icontains=words) | Q(name__icontains=words), is_active=True)
    if not may_find_people(user):
        direct = Subscription.objects.filter(user=user, room__type=RoomType.DIRECT).values("room")
        people = people.filter(Exists(Subscription.objects.filter(user=OuterRef("pk"), room__in=direct)))
        people = people.exclude(pk=user.pk)
    ranked = people.alias(rank=Case(When(username__lower=words.lower(), then=0), default=1))
    return list(ranked.order_by("rank", "username")[:MAX_FOUND])
