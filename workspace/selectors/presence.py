"""Reading presence: the connection follows from the moments that presence keeps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    F,
    FilteredRelation,
    Min,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.lookups import Exact
from django.utils import timezone

from workspace.models import Connection, FormerPresence, Presence, Status, User
from workspace.models.history import rows_as_of

# The name under which queries join the former presence that was in force at a moment.
FORMER = "former_presence"


def connection_expression(at: datetime, path: str = "") -> Case:
    """Return the connection at the moment `at` as a query expression.

    `path` leads from the queried model to the presence's fields, such as `user__presence__`.
    """
    return Case(
        When(Q(**{f"{path}connected_until__isnull": True}), then=Value(Connection.OFFLINE)),
        When(Q(**{f"{path}connected_until__lte": at}), then=Value(Connection.OFFLINE)),
        When(Q(**{f"{path}away_at__lte": at}), then=Value(Connection.AWAY)),
        default=Value(Connection.ONLINE),
        output_field=CharField(),
    )


def status_expression(at: datetime, path: str = "") -> Case:
    """Return the status picked by hand, in force at the moment `at`, as a query expression."""
    expires = f"{path}status_expires_at"
    return Case(
        When(Q(**{f"{path}status__isnull": True}) | Q(**{f"{expires}__lte": at}), then=Value(Status.ONLINE)),
        default=F(f"{path}status"),
        output_field=CharField(),
    )


def shown_expression(at: datetime, path: str = "") -> Case:
    """Return what others see at the moment `at` as a query expression; :attr:`PresenceView.shown` says the same."""
    connection, chosen = connection_expression(at, path), status_expression(at, path)
    return Case(
        When(Exact(connection, Value(Connection.OFFLINE)), then=Value(Connection.OFFLINE)),
        When(Exact(chosen, Value(Status.ONLINE)), then=connection),
        default=chosen,
        output_field=CharField(),
    )


def former_presence_relation(at: datetime, path: str = "user__") -> FilteredRelation:
    """Return the relation to what each user's presence was at `at` if it has changed since; at most one row per user.

    Queries name it :data:`FORMER`; `path` leads from the queried model to the user.
    """
    oldest = FormerPresence.objects.filter(at__gt=at).order_by().values("user").annotate(oldest=Min("pk"))
    changed = f"{path}former_presences"
    return FilteredRelation(
        changed, condition=Q(**{f"{changed}__at__gt": at, f"{changed}__pk__in": Subquery(oldest.values("oldest"))})
    )


def connection_as_of(at: datetime, path: str = "user__") -> Case:
    """Return the connection as of `at`, whatever clients have reported since; the query has :data:`FORMER` joined."""
    return presence_expression_as_of(
        at, path, lambda prefix: connection_expression(at, prefix), Value(Connection.OFFLINE)
    )


def status_as_of(at: datetime, path: str = "user__") -> Case:
    """Return the status picked by hand as of `at`, like :func:`connection_as_of`."""
    return presence_expression_as_of(at, path, lambda prefix: status_expression(at, prefix), Value(Status.ONLINE))


def away_at_as_of(at: datetime, path: str = "user__") -> Case:
    """Return since when the user was away as of `at`, like :func:`connection_as_of`; it may be in the future."""
    nothing = Value(None, output_field=DateTimeField())
    return presence_expression_as_of(at, path, lambda prefix: F(f"{prefix}away_at"), nothing)


def presence_expression_as_of(at: datetime, path: str, of_row: Callable[[str], Any], unknown: Value) -> Case:
    """Return an expression over the presence row in force at `at`; `unknown` for users who had none yet."""
    return Case(
        When(Q(**{f"{path}presence__created_at__gt": at}), then=unknown),
        When(Q(**{f"{FORMER}__isnull": False}), then=of_row(f"{FORMER}__")),
        default=of_row(f"{path}presence__"),
    )


def presence_row_as_of(user: User | int, at: datetime) -> dict[str, Any]:
    """Return the columns of one user's presence as of `at`; empty if there was none."""
    return next(iter(rows_as_of(Presence, user=user, at=at)), {})


def connection_at(connected_until: datetime | None, away_at: datetime | None, at: datetime) -> str:
    """Return the connection at the moment `at` by the moments that one presence keeps."""
    if connected_until is None or connected_until <= at:
        return Connection.OFFLINE
    return Connection.AWAY if away_at is not None and away_at <= at else Connection.ONLINE


def status_at(status: str | None, expires_at: datetime | None, at: datetime) -> str:
    """Return the status picked by hand that is in force at the moment `at`."""
    return Status.ONLINE if status is None or (expires_at is not None and expires_at <= at) else status


@dataclass(frozen=True, slots=True)
class PresenceView:
    """A user's presence at one moment."""

    status: str
    status_text: str
    connection: str
    away_since: datetime | None
    expires_at: datetime | None = None

    @property
    def shown(self) -> str:
        """Return what others see: offline or invisible, else the status picked by hand, else the connection."""
        if self.connection == Connection.OFFLINE or self.status == Status.OFFLINE:
            return Connection.OFFLINE
        return self.connection if self.status == Status.ONLINE else self.status

    @property
    def source(self) -> str:
        """Return what the shown status comes from: the person's own choice, or their clients."""
        return "manual" if self.status != Status.ONLINE or self.status_text else "internal"


def presence_view(row: Mapping[str, Any], *, at: datetime) -> PresenceView:
    """Return what a row of :func:`presence_rows` tells of the moment `at`."""
    expires_at = row["presence__status_expires_at"]
    has_expired = expires_at is not None and expires_at <= at
    return PresenceView(
        status=row["chosen"],
        status_text="" if has_expired else row["presence__status_text"] or "",
        connection=row["connection"],
        away_since=row["presence__away_at"] if row["connection"] == Connection.AWAY else None,
        expires_at=None if has_expired else expires_at,
    )


def presence_rows(users: QuerySet[User], *, at: datetime, fields: Collection[str] = ()) -> QuerySet[Any, Any]:
    """Return what is known of the users' presence at the moment `at`, with `fields` of theirs."""
    now = {"connection": connection_expression(at, "presence__"), "chosen": status_expression(at, "presence__")}
    kept = ("presence__status_text", "presence__away_at", "presence__status_expires_at")
    rows: QuerySet[Any, Any] = users.annotate(**now).values(*fields, *now, *kept)
    return rows


def presence_of(user: User, *, at: datetime | None = None) -> PresenceView:
    """Return the user's presence at the moment `at` (now)."""
    moment = at or timezone.now()
    return presence_view(presence_rows(User.objects.filter(pk=user.pk), at=moment).get(), at=moment)


def visible_users(*, at: datetime) -> QuerySet[User]:
    """Return the active users whom others do not see as offline at the moment `at`."""
    is_invisible = Q(presence__status=Status.OFFLINE) & (
        Q(presence__status_expires_at=None) | Q(presence__status_expires_at__gt=at)
    )
    return User.objects.filter(is_active=True, presence__connected_until__gt=at).exclude(is_invisible)


def presence_changed_between(since: datetime, at: datetime) -> Q:
    """Return the condition on users whose presence may have changed in between, by a report or by itself."""
    moments = ("connected_until", "away_at", "status_expires_at")
    passed = [Q(**{f"presence__{name}__gt": since, f"presence__{name}__lte": at}) for name in moments]
    return reduce(or_, passed, Q(presence__updated_at__gt=since))
