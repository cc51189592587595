"""Reads members' preferences for single rooms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from preferences.models import IgnoredSender, RoomPreferences
from workspace.database.prepared import PreparedQuery
from workspace.models import Subscription, User
from workspace.pages.contributions import CounterChoice

MAX_IGNORED_SHOWN = 200


def ignored_senders(subscription: Subscription) -> list[User]:
    """Return the users that the member ignores in the room, sorted by name."""
    ignored = IgnoredSender.objects.filter(subscription=subscription).select_related("sender")
    return [row.sender for row in ignored.order_by("sender__username")[:MAX_IGNORED_SHOWN]]


def ignored_by(*users: int) -> QuerySet[IgnoredSender, tuple[int, str]]:
    """Return the keys of the users' subscriptions with ignored senders, and the public id of each sender."""
    rows = IgnoredSender.objects.filter(subscription__user__in=users).order_by("pk")
    return rows.values_list("subscription_id", "sender__public_id")


ignored_rows: PreparedQuery[tuple[int, str]] = PreparedQuery(ignored_by, int)


def ignored_sender_ids(users: Collection[int], *, room: int | None = None) -> Mapping[int, list[str]]:
    """Return the public ids of the senders that these users ignore in all rooms or in one, by subscription key."""
    rows = ignored_rows.rows_of(users) if room is None else ignored_by(*users).filter(subscription__room=room)
    ids: defaultdict[int, list[str]] = defaultdict(list)
    for key, public_id in rows:
        ids[key].append(public_id)
    return ids


def counter_choices(subscriptions: Sequence[int]) -> Mapping[int, CounterChoice]:
    """Return which of these subscriptions hide their unread counter or mention badge."""
    hidden = RoomPreferences.objects.filter(Q(unread_hidden=True) | Q(mentions_hidden=True), pk__in=subscriptions)
    rows = hidden.values_list("pk", "unread_hidden", "mentions_hidden")
    return {key: CounterChoice(hides_unread=unread, hides_mentions=mentions) for key, unread, mentions in rows}


def subscriptions_customized(user: User) -> QuerySet[Subscription]:
    """Return the user's subscriptions with custom settings or ignored senders, sorted by room name."""
    ignoring = Exists(IgnoredSender.objects.filter(subscription=OuterRef("pk")))
    is_customized = Q(preferences__isnull=False) | ignoring
    subscriptions = Subscription.objects.filter(is_customized, user=user).select_related("room", "preferences")
    return subscriptions.order_by("room__name", "pk")
