"""What the rules read of each member: named expressions over the members of the message's room.

What can hold for no member of the room at all is a plain "no" here, which the database's planner then leaves out.
"""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from preferences.models import HighlightWord, IgnoredSender
from push.models import Channel, Device
from push.rules.facts import MessageFacts
from workspace.models import EmailAddress, Mention, Subscription, ThreadFollower
from workspace.selectors.accounts import users_with_permission
from workspace.selectors.presence import connection_expression, status_expression

NO = Value(False, output_field=BooleanField())
PRESENCE = "user__presence__"


def members_of(facts: MessageFacts) -> QuerySet[Subscription]:
    """Return the room's members, in no order, with everything that the rules may read of them by name:

    `connection` and `status` when the message was accepted, and since when they are away (`away_at`); `is_mentioned`,
    `is_highlighted`, `follows_thread`, `ignores_sender`, `has_device`, `has_email`, `views_direct_messages`;
    `alerts_off`, `group_mentions_muted`; and each channel's level for the `room_` and the `account_`.
    """
    named = {**presence_of_member(facts), **relation_to_message(facts), **reachability(), **choices()}
    return Subscription.objects.filter(room_id=facts.room_id).order_by().alias(**named)


def presence_of_member(facts: MessageFacts) -> dict[str, Any]:
    """Return the presence at the moment of acceptance."""
    return {
        "connection": connection_expression(facts.accepted_at, PRESENCE),
        "status": status_expression(facts.accepted_at, PRESENCE),
        "away_at": F(f"{PRESENCE}away_at"),
    }


def relation_to_message(facts: MessageFacts) -> dict[str, Any]:
    """Return what the message is to the member."""
    member = OuterRef("user")
    named = Exists(Mention.objects.filter(message=facts.message_id, user=member)) if facts.mentions_anyone else None
    follows = Exists(ThreadFollower.objects.filter(thread=facts.thread_id, user=member)) if facts.thread_id else None
    meant = [Q(condition) for condition in (named, follows) if condition is not None]
    highlight = HighlightWord.objects.filter(user=member, folded__in=sorted(facts.highlights))
    return {
        "is_mentioned": ExpressionWrapper(Q(*meant, _connector=Q.OR), BooleanField()) if meant else NO,
        "follows_thread": follows or NO,
        "is_highlighted": Exists(highlight) if facts.highlights else NO,
        "ignores_sender": Exists(IgnoredSender.objects.filter(subscription=OuterRef("pk"), sender=facts.sender_id)),
    }


def reachability() -> dict[str, Any]:
    """Return whether there is anything to reach the member by, and whether they may see direct messages."""
    member = OuterRef("user")
    return {
        "has_device": Exists(Device.objects.filter(user=member, disabled_at=None)),
        "has_email": Exists(EmailAddress.objects.filter(user=member, verified=True)),
        "views_direct_messages": Exists(users_with_permission("workspace.view_d_room").filter(pk=member)),
    }


def choices() -> dict[str, Any]:
    """Return what the member chose for the room and for the account; an empty level is no choice."""
    nothing, no = Value(""), Value(False)
    return {
        "alerts_off": Coalesce(F("preferences__notifications_disabled"), no),
        "group_mentions_muted": Coalesce(F("preferences__group_mentions_muted"), no),
        **{f"room_{channel}": Coalesce(F(f"preferences__{channel}"), nothing) for channel in Channel.values},
        **{f"account_{channel}": Coalesce(F(f"user__preferences__{channel}"), nothing) for channel in Channel.values},
    }
