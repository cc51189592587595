"""The named values of each member that the rules use. Each is declared once.

Each value can be computed in two ways: as a query expression, to evaluate all members of the room at once, and from one
member's former rows, to explain a decision. A value that cannot be true for any member of the room is the constant
False, so the database's planner can skip it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from preferences.models import AccountPreferences, HighlightWord, IgnoredSender, RoomPreferences
from push.models import Channel, Device
from push.rules.facts import MessageFacts
from push.rules.history import MemberPast
from push.rules.origins import Origin
from workspace.database.expressions import CompiledOnce
from workspace.models import EmailAddress, Subscription, ThreadFollower, User
from workspace.selectors.presence import (
    FORMER,
    away_at_as_of,
    connection_as_of,
    former_presence_relation,
    status_as_of,
)

NO = Value(False, output_field=BooleanField())
MEMBER = OuterRef("user")
NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of `model` that refer to users and can be found through an index. `user` is the lookup of the user's key.

    `within` are values that all these rows share, such as the room.
    """

    model: type[Model]
    user: str
    matching: Q
    within: tuple[tuple[str, Any], ...] = ()


Holders = Callable[[MessageFacts, Any], Rows | frozenset[int]]


@dataclass(frozen=True, slots=True)
class MemberValue:
    """A named value: its label, its origin, and how to read it for all members (`now`) or from one's past (`then`).

    `holders` finds the members with a given value, as keys or as rows, if an index can find them.
    """

    name: str
    label: str | Promise
    origin: Origin
    now: Callable[[MessageFacts], Any]
    then: Callable[[MemberPast], Any]
    holders: Holders | None = None


def one_of(keys: frozenset[int]) -> Any:
    """Return an expression that is true for members with these keys."""
    return ExpressionWrapper(Q(user__in=sorted(keys)), BooleanField()) if keys else NO


def follows(facts: MessageFacts) -> Any:
    """Return an expression that is true for members who follow the message's thread."""
    return Exists(ThreadFollower.objects.filter(thread=facts.thread_id, user=MEMBER)) if facts.thread_id else NO


def followed(past: MemberPast) -> bool:
    thread = past.facts.thread_id
    return thread is not None and bool(past.rows(ThreadFollower, thread_id=thread))


def highlighted(facts: MessageFacts) -> Any:
    """Return an expression that is true for members with a highlight word in the message."""
    words = HighlightWord.objects.filter(user=MEMBER, folded__in=sorted(facts.highlights))
    return Exists(words) if facts.highlights else NO


def ignoring(facts: MessageFacts) -> Any:
    """Return an expression that is true for members who ignore the sender in the room."""
    ignored = IgnoredSender.objects.filter(subscription=OuterRef("pk"), sender=facts.sender_id)
    return Exists(ignored) if facts.is_sender_ignored else NO


def ignored(past: MemberPast) -> bool:
    membership = past.subscription.get("pk")
    return bool(past.rows(IgnoredSender, sender_id=past.facts.sender_id, subscription_id=membership))


def device_then(past: MemberPast) -> bool:
    ended = [row["disabled_at"] for row in past.rows(Device)]
    return any(moment is None or moment > past.at for moment in ended)


def level(channel: Channel) -> tuple[MemberValue, MemberValue]:
    """Return the values for the member's preferences for one channel: for the room and for the account."""
    nothing = Value("")
    return (
        MemberValue(
            f"room_{channel}",
            _("preference for this room"),
            Origin.ROOM,
            lambda _facts: Coalesce(F(f"preferences__{channel}"), nothing),
            lambda past: past.room_preferences.get(channel.value, ""),
            lambda facts, value: Rows(
                RoomPreferences, "subscription__user", Q(**{channel: value}), within=(("room", facts.room_id),)
            ),
        ),
        MemberValue(
            f"account_{channel}",
            _("preference for the account"),
            Origin.ACCOUNT,
            lambda _facts: Coalesce(F(f"user__preferences__{channel}"), nothing),
            lambda past: past.row(AccountPreferences).get(channel.value, ""),
            lambda _facts, value: Rows(AccountPreferences, "user", Q(**{channel: value})),
        ),
    )


MEMBER_VALUES: tuple[MemberValue, ...] = (
    MemberValue(
        "is_sender",
        _("sent the message"),
        Origin.MESSAGE,
        lambda facts: one_of(frozenset([facts.sender_id])),
        lambda past: past.user_id == past.facts.sender_id,
    ),
    MemberValue(
        "alerts_off",
        _("alerts for this room turned off"),
        Origin.ROOM,
        lambda _facts: Coalesce(F("preferences__notifications_disabled"), NO),
        lambda past: past.room_preferences.get("notifications_disabled", False),
    ),
    MemberValue("ignores_sender", _("ignores the sender here"), Origin.ROOM, ignoring, ignored),
    MemberValue(
        "group_mentions_muted",
        _("@all and @here muted"),
        Origin.ROOM,
        lambda _facts: Coalesce(F("preferences__group_mentions_muted"), NO),
        lambda past: past.room_preferences.get("group_mentions_muted", False),
    ),
    MemberValue(
        "account_active",
        _("account active"),
        Origin.ACCOUNT,
        lambda _facts: F("user__is_active"),
        lambda past: past.row(User).get("is_active", False),
    ),
    MemberValue(
        "status",
        _("manually set status"),
        Origin.PRESENCE,
        lambda facts: status_as_of(facts.accepted_at),
        lambda past: past.status,
    ),
    MemberValue(
        "connection",
        _("connection"),
        Origin.PRESENCE,
        lambda facts: connection_as_of(facts.accepted_at),
        lambda past: past.connection,
    ),
    MemberValue(
        "has_device",
        _("has a registered device"),
        Origin.ACCOUNT,
        lambda _facts: Exists(Device.objects.filter(user=MEMBER, disabled_at=None)),
        device_then,
    ),
    MemberValue(
        "has_email",
        _("has a verified e-mail address"),
        Origin.ACCOUNT,
        lambda _facts: Exists(EmailAddress.objects.filter(user=MEMBER, verified=True)),
        lambda past: bool(past.rows(EmailAddress, verified=True)),
    ),
    MemberValue(
        "follows_thread",
        _("follows the thread"),
        Origin.MESSAGE,
        follows,
        followed,
        lambda facts, _value: Rows(ThreadFollower, "user", Q(thread=facts.thread_id)) if facts.thread_id else NOBODY,
    ),
    *(value for channel in Channel for value in level(channel)),
    MemberValue(
        "views_direct_messages",
        _("may view direct messages"),
        Origin.ROLES,
        lambda facts: one_of(facts.direct_viewers),
        lambda past: past.user_id in past.facts.direct_viewers,
    ),
    MemberValue(
        "is_named",
        _("mentioned by name"),
        Origin.MESSAGE,
        lambda facts: one_of(facts.mentioned),
        lambda past: past.user_id in past.facts.mentioned,
        lambda facts, _value: facts.mentioned,
    ),
    MemberValue(
        "is_highlighted",
        _("has a highlight word in the message"),
        Origin.ACCOUNT,
        highlighted,
        lambda past: any(row["folded"] in past.facts.highlights for row in past.rows(HighlightWord)),
        lambda facts, _value: (
            Rows(HighlightWord, "user", Q(folded__in=sorted(facts.highlights))) if facts.highlights else NOBODY
        ),
    ),
)

MEMBER_VALUES_BY_NAME = {value.name: value for value in MEMBER_VALUES}


def members_of(facts: MessageFacts, names: Container[str] | None = None) -> QuerySet[Subscription]:
    """Return the room's members, unordered, with :data:`MEMBER_VALUES` (or only those in `names`) as aliases.

    `away_at`, when a member went away, is included too: the rules do not use it, but the queue does.
    """
    named = {value.name: value.now(facts) for value in MEMBER_VALUES if names is None or value.name in names}
    named["away_at"] = away_at_as_of(facts.accepted_at)
    return members_joined(facts).alias(**{name: CompiledOnce(value) for name, value in named.items()})


def members_read(facts: MessageFacts, names: Collection[str]) -> QuerySet[Any, Any]:
    """Return the room's members as dictionaries with `user`, `last_seen_at`, `away_at` and the named values."""
    named = {value.name: value.now(facts) for value in MEMBER_VALUES if value.name in names}
    read: QuerySet[Any, Any] = members_joined(facts).annotate(**named, away_at=away_at_as_of(facts.accepted_at))
    return read.values("user", "last_seen_at", "away_at", *named)


def members_joined(facts: MessageFacts) -> QuerySet[Subscription]:
    """Return the room's members, joined with their former presence if it has changed since the acceptance."""
    members = Subscription.objects.filter(room_id=facts.room_id).order_by()
    return members.alias(**{FORMER: former_presence_relation(facts.accepted_at)})


def values_then(past: MemberPast) -> dict[str, Any]:
    """Return the values of one member by name, as they were at that time."""
    return {value.name: value.then(past) for value in MEMBER_VALUES}
