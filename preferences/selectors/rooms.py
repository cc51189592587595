"""Reading what members chose for single rooms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from preferences.models import IgnoredSender, RoomPreferences
from workspace.models import Subscription, User
from workspace.pages.contributions import CounterChoice

MOST_IGNORED_SHOWN = 200


def ignored_senders(subscription: Subscription) -> list[User]:
    """Return whom the member ignores in the room, by name."""
    ignored = IgnoredSender.objects.filter(subscription=subscription).select_related("sender")
    return [row.sender for row in ignored.order_by("sender__username")[:MOST_IGNORED_SHOWN]]


def counter_choices(subscriptions: Sequence[int]) -> Mapping[int, CounterChoice]:
    """Return what was chosen for the counters of these subscriptions; a mention's badge goes with the counter."""
    hidden = RoomPreferences.objects.filter(Q(unread_hidden=True) | Q(mentions_hidden=True), pk__in=subscriptions)
    rows = hidden.values_list("pk", "unread_hidden", "mentions_hidden")
    return {key: CounterChoice(hides_unread=unread, hides_mentions=mentions) for key, unread, mentions in rows}


def subscriptions_differing(user: User) -> QuerySet[Subscription]:
    """Return the rooms for which the user chose anything, or in which they ignore somebody; by name."""
    ignoring = Exists(IgnoredSender.objects.filter(subscription=OuterRef("pk")))
    differing = Q(preferences__isnull=False) | ignoring
    mine = Subscription.objects.filter(differing, user=user).select_related("room", "preferences")
    return mine.order_by("room__name", "pk")
