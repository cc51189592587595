"""The room list of a member."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from workspace.models import Room, RoomType, Subscription, User
from workspace.selectors.unseen import unseen_subscription_keys

# The title of a direct room shows at most this many names.
NAMES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class RoomEntry:
    """An entry in the room list. `has_unseen` is True if others have posted since the member's last visit."""

    subscription: Subscription
    title: str
    has_unseen: bool

    @property
    def mentions(self) -> int:
        return self.subscription.user_mentions + self.subscription.group_mentions


def subscriptions_listed(user: User) -> QuerySet[Subscription]:
    """Return the rooms in the member's list: first those with unread messages, then the most recently active."""
    own = Subscription.objects.filter(user=user, is_open=True).select_related("room")
    return own.alias(has_unread=Q(unread__gt=0)).order_by(
        F("has_unread").desc(), F("room__last_message_at").desc(nulls_last=True), "-pk"
    )


def entries_of(subscriptions: Iterable[Subscription], *, user: User) -> list[RoomEntry]:
    """Return list entries for the user's subscriptions. The title of a direct room consists of the others' names."""
    rows = list(subscriptions)
    names = direct_room_titles([row.room_id for row in rows if row.room.is_direct], without=user)
    unseen = unseen_subscription_keys(rows)
    return [
        RoomEntry(
            row,
            title=(names[row.room_id] or user.display_name) if row.room.is_direct else row.room.name,
            has_unseen=row.pk in unseen,
        )
        for row in rows
    ]


def direct_room_titles(room_ids: list[int], *, without: User) -> dict[int, str]:
    """Return the titles of direct rooms by key: the names of the members, without the given user."""
    names: defaultdict[int, list[str]] = defaultdict(list)
    members = Subscription.objects.filter(room__in=room_ids).exclude(user=without).select_related("user")
    for member in members.order_by("user__username") if room_ids else ():
        names[member.room_id].append(member.user.display_name)
    shown = {
        key: [*people[:NAMES_SHOWN], *(["…"] if len(people) > NAMES_SHOWN else [])] for key, people in names.items()
    }
    return defaultdict(str, {key: ", ".join(people) for key, people in shown.items()})


def rooms_matching(user: User, words: str) -> QuerySet[Subscription]:
    """Return the rooms in the user's list whose name, topic or (in direct rooms) member names contain the words."""
    listed = subscriptions_listed(user)
    if not words:
        return listed
    people = Subscription.objects.filter(room=OuterRef("room"), room__type=RoomType.DIRECT).exclude(user=user)
    matching = people.filter(Q(user__username__icontains=words) | Q(user__name__icontains=words))
    return listed.filter(Q(room__name__icontains=words) | Q(room__topic__icontains=words) | Exists(matching))


def members_matching(room: Room, words: str, *, limit: int = 8) -> QuerySet[User]:
    """Return active members of the room whose username or name begins with the words, by username."""
    return matching(User.objects.filter(subscriptions__room=room), words)[:limit]


def accounts_matching(words: str, *, limit: int = 8) -> QuerySet[User]:
    """Return active accounts whose username or name begins with the words, by username. No words: none."""
    return matching(User.objects.all(), words)[: limit if words else 0]


def matching(people: QuerySet[User], words: str) -> QuerySet[User]:
    """Return active users whose username or name begins with the words, by username."""
    active = people.filter(is_active=True)
    users = active.filter(Q(username__istartswith=words) | Q(name__istartswith=words)) if words else active
    return users.order_by("username")


def joinable_channels(user: User, words: str) -> QuerySet[Room]:
    """Return channels that the user can join, the most recently active first; `words` filter by name or topic."""
    own = Subscription.objects.filter(room=OuterRef("pk"), user=user)
    channels = Room.objects.filter(~Exists(own), type=RoomType.CHANNEL, is_archived=False)
    if words:
        channels = channels.filter(Q(name__icontains=words) | Q(topic__icontains=words))
    return channels.order_by(F("last_message_at").desc(nulls_last=True), "pk")
