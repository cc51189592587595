"""The rooms of one member, as the list of rooms shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from workspace.models import Room, RoomType, Subscription, User
from workspace.selectors.unseen import unseen_subscription_keys

# Names of a direct room's people beyond this many are left out.
NAMES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class RoomEntry:
    """One line of the list; `has_unseen` tells that others said something that the member has not seen."""

    subscription: Subscription
    title: str
    has_unseen: bool

    @property
    def mentions(self) -> int:
        return self.subscription.user_mentions + self.subscription.group_mentions


def subscriptions_listed(user: User) -> QuerySet[Subscription]:
    """Return the rooms that are shown in the member's list: those with something unread first, then the liveliest."""
    mine = Subscription.objects.filter(user=user, is_open=True).select_related("room")
    return mine.alias(has_unread=Q(unread__gt=0)).order_by(
        F("has_unread").desc(), F("room__last_message_at").desc(nulls_last=True), "-pk"
    )


def entries_of(subscriptions: Iterable[Subscription], *, user: User) -> list[RoomEntry]:
    """Return the lines for these subscriptions of the user, with a direct room named by the other people in it."""
    rows = list(subscriptions)
    names = direct_room_titles([row.room_id for row in rows if row.room.is_direct], but=user)
    news = unseen_subscription_keys(rows)
    return [
        RoomEntry(
            row,
            title=(names[row.room_id] or user.display_name) if row.room.is_direct else row.room.name,
            has_unseen=row.pk in news,
        )
        for row in rows
    ]


def direct_room_titles(room_ids: list[int], *, but: User) -> dict[int, str]:
    """Return the names of the people in these small rooms, by room, leaving one person out."""
    names: defaultdict[int, list[str]] = defaultdict(list)
    members = Subscription.objects.filter(room__in=room_ids).exclude(user=but).select_related("user")
    for member in members.order_by("user__username") if room_ids else ():
        names[member.room_id].append(member.user.display_name)
    shown = {
        key: [*people[:NAMES_SHOWN], *(["…"] if len(people) > NAMES_SHOWN else [])] for key, people in names.items()
    }
    return defaultdict(str, {key: ", ".join(people) for key, people in shown.items()})


def rooms_matching(user: User, words: str) -> QuerySet[Subscription]:
    """Return the user's listed rooms whose name, topic or (in direct rooms) people hold the words."""
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
    """Return active accounts whose username or name begins with the words, by username; none without words."""
    return matching(User.objects.all(), words)[: limit if words else 0]


def matching(people: QuerySet[User], words: str) -> QuerySet[User]:
    """Return the active ones whose username or name begins with the words, by username."""
    active = people.filter(is_active=True)
    found = active.filter(Q(username__istartswith=words) | Q(name__istartswith=words)) if words else active
    return found.order_by("username")


def joinable_channels(user: User, words: str) -> QuerySet[Room]:
    """Return the open channels that the user is not in, the liveliest first; by a part of their name or topic."""
    own = Subscription.objects.filter(room=OuterRef("pk"), user=user)
    channels = Room.objects.filter(~Exists(own), type=RoomType.CHANNEL, is_archived=False)
    if words:
        channels = channels.filter(Q(name__icontains=words) | Q(topic__icontains=words))
    return channels.order_by(F("last_message_at").desc(nulls_last=True), "pk")
