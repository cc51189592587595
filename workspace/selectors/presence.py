"""Queries for presence. The connection is computed from the times stored in a presence row."""

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

from workspace.database.prepared import PreparedQuery
from workspace.models import ClientPresence, Connection, FormerPresence, Presence, Status, User
from workspace.models.history import rows_as_of

# The alias under which queries join the presence that was in force at an earlier time.
FORMER = "former_presence"


def connection_expression(at: datetime, path: str = "") -> Case:
    """Return a query expression for the connection at the time `at`.

    `path` leads from the queried model to the fields of the presence, such as `user__presence__`.
    """
    return Case(
        When(Q(**{f"{path}connected_until__isnull": True}), then=Value(Connection.OFFLINE)),
        When(Q(**{f"{path}connected_until__lte": at}), then=Value(Connection.OFFLINE)),
        When(Q(**{f"{path}away_at__lte": at}), then=Value(Connection.AWAY)),
        default=Value(Connection.ONLINE),
        output_field=CharField(),
    )


def status_expression(at: datetime, path: str = "") -> Case:
    """Return a query expression for the chosen status in force at the time `at`."""
    expires = f"{path}status_expires_at"
    return Case(
        When(Q(**{f"{path}status__isnull": True}) | Q(**{f"{expires}__lte": at}), then=Value(Status.ONLINE)),
        default=F(f"{path}status"),
        output_field=CharField(),
    )


def shown_expression(at: datetime, path: str = "") -> Case:
    """Return a query expression for what others see at the time `at`, equal to :attr:`PresenceView.shown`."""
    connection, chosen = connection_expression(at, path), status_expression(at, path)
    return Case(
        When(Exact(connection, Value(Connection.OFFLINE)), then=Value(Connection.OFFLINE)),
        When(Exact(chosen, Value(Status.ONLINE)), then=connection),
        default=chosen,
        output_field=CharField(),
    )


def former_presence_relation(at: datetime, path: str = "user__") -> FilteredRelation:
    """Return the relation to each user's presence at `at`, if it has changed since; at most one row per user.

    Queries must use :data:`FORMER` as the alias; `path` leads from the queried model to the user.
    """
    oldest = FormerPresence.objects.filter(at__gt=at).order_by().values("user").annotate(oldest=Min("pk"))
    changed = f"{path}former_presences"
    return FilteredRelation(
        changed, condition=Q(**{f"{changed}__at__gt": at, f"{changed}__pk__in": Subquery(oldest.values("oldest"))})
    )


def connection_as_of(at: datetime, path: str = "user__") -> Case:
    """Return the connection at `at`, ignoring later reports of clients. The query must have :data:`FORMER` joined."""
    return presence_expression_as_of(
        at, path, lambda prefix: connection_expression(at, prefix), Value(Connection.OFFLINE)
    )


def status_as_of(at: datetime, path: str = "user__") -> Case:
    """Return the chosen status at `at`, like :func:`connection_as_of`."""
    return presence_expression_as_of(at, path, lambda prefix: status_expression(at, prefix), Value(Status.ONLINE))


def away_at_as_of(at: datetime, path: str = "user__") -> Case:
    """Return `away_at` as it was at `at`, like :func:`connection_as_of`; it may be later than `at`."""
    nothing = Value(None, output_field=DateTimeField())
    return presence_expression_as_of(at, path, lambda prefix: F(f"{prefix}away_at"), nothing)


def presence_expression_as_of(at: datetime, path: str, of_row: Callable[[str], Any], unknown: Value) -> Case:
    """Return an expression on the presence row in force at `at`; `unknown` for users without a row at that time."""
    return Case(
        When(Q(**{f"{path}presence__created_at__gt": at}), then=unknown),
        When(Q(**{f"{FORMER}__isnull": False}), then=of_row(f"{FORMER}__")),
        default=of_row(f"{path}presence__"),
    )


def presence_row_as_of(user: User | int, at: datetime) -> dict[str, Any]:
    """Return the columns of a user's presence as of `at`; empty if there was none."""
    return next(iter(rows_as_of(Presence, user=user, at=at)), {})


def connection_at(connected_until: datetime | None, away_at: datetime | None, at: datetime) -> str:
    """Return the connection at the time `at`, from the times stored in a presence row."""
    if connected_until is None or connected_until <= at:
        return Connection.OFFLINE
    return Connection.AWAY if away_at is not None and away_at <= at else Connection.ONLINE


def status_at(status: str | None, expires_at: datetime | None, at: datetime) -> str:
    """Return the chosen status in force at the time `at`."""
    return Status.ONLINE if status is None or (expires_at is not None and expires_at <= at) else status


@dataclass(frozen=True, slots=True)
class PresenceView:
    """A user's presence at a given time."""

    status: str
    status_text: str
    connection: str
    away_since: datetime | None
    expires_at: datetime | None = None

    @property
    def shown(self) -> str:
        """Return what others see: offline or invisible, else the chosen status, else the connection."""
        if self.connection == Connection.OFFLINE or self.status == Status.OFFLINE:
            return Connection.OFFLINE
        return self.connection if self.status == Status.ONLINE else self.status

    @property
    def source(self) -> str:
        """Return whether the status was chosen by the user ("manual") or results from their clients ("internal")."""
        return "manual" if self.status != Status.ONLINE or self.status_text else "internal"


def presence_view(row: Mapping[str, Any], *, at: datetime) -> PresenceView:
    """Return the presence at the time `at` from a row of :func:`presence_rows`."""
    expires_at = row["presence__status_expires_at"]
    has_expired = expires_at is not None and expires_at <= at
    return PresenceView(
        status=row["chosen"],
        status_text="" if has_expired else row["presence__status_text"] or "",
        connection=row["connection"],
        away_since=row["presence__away_at"] if row["connection"] == Connection.AWAY else None,
        expires_at=None if has_expired else expires_at,
    )


def visible_presence(columns: Mapping[str, Any] | None, at: datetime) -> tuple[str, str]:
    """Return what others see at the time `at`, and the status text, from the columns of a presence; None: no row."""
    view = view_of(columns, at=at)
    return view.shown, view.status_text


def view_of(columns: Mapping[str, Any] | None, *, at: datetime) -> PresenceView:
    """Return the presence at the time `at` from the columns of a presence; None if the user has none."""
    columns = columns or NO_PRESENCE
    expires_at = columns["status_expires_at"]
    row = {
        "chosen": status_at(columns["status"], expires_at, at),
        "connection": connection_at(columns["connected_until"], columns["away_at"], at),
        "presence__status_expires_at": expires_at,
        "presence__status_text": columns["status_text"],
        "presence__away_at": columns["away_at"],
    }
    return presence_view(row, at=at)


def presence_rows(users: QuerySet[User], *, at: datetime, fields: Collection[str] = ()) -> QuerySet[Any, Any]:
    """Return the presence columns of the users at the time `at`, and the given `fields` of the users."""
    now = {"connection": connection_expression(at, "presence__"), "chosen": status_expression(at, "presence__")}
    columns = ("presence__status_text", "presence__away_at", "presence__status_expires_at")
    rows: QuerySet[Any, Any] = users.annotate(**now).values(*fields, *now, *columns)
    return rows


NO_PRESENCE: dict[str, Any] = dict.fromkeys(
    ("status", "status_text", "status_expires_at", "connected_until", "away_at")
)
presence_columns: PreparedQuery[dict[str, Any]] = PreparedQuery(
    lambda key: Presence.objects.filter(user=key).values(*NO_PRESENCE), int
)


def presence_of(user: User, *, at: datetime | None = None) -> PresenceView:
    """Return the user's presence at the time `at` (default: now)."""
    return view_of(presence_columns.first(user.pk), at=at or timezone.now())


def visible_users(*, at: datetime) -> QuerySet[User]:
    """Return the active users that others do not see as offline at the time `at`."""
    is_invisible = Q(presence__status=Status.OFFLINE) & (
        Q(presence__status_expires_at=None) | Q(presence__status_expires_at__gt=at)
    )
    return User.objects.filter(is_active=True, presence__connected_until__gt=at).exclude(is_invisible)


def clients_connected() -> QuerySet[ClientPresence]:
    """Return the clients of all users that are connected now."""
    return ClientPresence.objects.filter(connected_until__gt=timezone.now())


def presence_changed_between(since: datetime, at: datetime) -> Q:
    """Return a condition on users whose presence may have changed between the two times, by a report or by timeout."""
    times = ("connected_until", "away_at", "status_expires_at")
    expired = [Q(**{f"presence__{name}__gt": since, f"presence__{name}__lte": at}) for name in times]
    return reduce(or_, expired, Q(presence__updated_at__gt=since))
