"""Presence of web sockets: clients that are connected as long as their socket is open, and say whether they are in use.

Many connect at once after a restart, so the reports of many users are recorded with a few queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.utils import timezone

from workspace.models import ClientPresence, Presence, User
from workspace.models.history import former_rows_save
from workspace.models.presence import presence_differs
from workspace.services.live import publish_visible_presences
from workspace.services.presence import presence_combine
from workspace.signals import presence_changed

# How long a socket that the stopping server closes still counts as connected. Its client reconnects meanwhile.
RECONNECT_TIME = timedelta(seconds=30)
PRESENCE_FIELDS = ("last_active_at", "connected_until", "away_at", "updated_at")
CLIENT_FIELDS = ("last_active_at", "connected_until", "in_use")


class Change(Enum):
    """What has happened to a socket."""

    USED = "opened, or used after it was not"
    UNUSED = "open, but not used"
    CLOSED = "closed"
    INTERRUPTED = "closed by the stopping server"


@dataclass(frozen=True, slots=True)
class Report:
    """A change of a socket of the user with this key. `client` identifies the socket (`workspace.clients`)."""

    user_id: int
    client: str
    change: Change


@transaction.atomic
def connections_report(*, reports: Sequence[Report]) -> None:
    """Record changes of sockets, at most some hundreds. Of several changes of one socket, the last one counts."""
    now = timezone.now()
    last = {(report.user_id, report.client): report for report in reports}
    presences = presences_lock({user for user, _client in last})
    clients: defaultdict[int, dict[str, ClientPresence]] = defaultdict(dict)
    for row in ClientPresence.objects.filter(user__in=presences):
        clients[row.user_id][row.client] = row
    for report in last.values():
        if report.user_id in presences:
            report_apply(report, clients[report.user_id], now)
    rows = [row for by_name in clients.values() for row in by_name.values()]
    ended = [row.pk for row in rows if row.connected_until <= now and row.pk is not None]
    ClientPresence.objects.filter(pk__in=ended).delete()
    connected = [row for row in rows if row.connected_until > now]
    ClientPresence.objects.bulk_create([row for row in connected if row.pk is None])
    reported = [row for row in connected if row.pk is not None and (row.user_id, row.client) in last]
    ClientPresence.objects.bulk_update(reported, CLIENT_FIELDS)
    presences_save(presences.values(), connected, now)


def presences_lock(users: Collection[int]) -> dict[int, Presence]:
    """Return the presence of each of these users, locked; missing ones are created."""
    present = Presence.objects.filter(user__in=users).values_list("user_id", flat=True)
    missing = User.objects.filter(pk__in=set(users) - set(present)).values_list("pk", flat=True)
    if missing:
        Presence.objects.bulk_create([Presence(user_id=user) for user in sorted(missing)], ignore_conflicts=True)
    # All transactions lock in the same order.
    rows = Presence.objects.select_for_update(of=("self",)).select_related("user").filter(user__in=users)
    return {presence.user_id: presence for presence in rows.order_by("pk")}


def report_apply(report: Report, rows: dict[str, ClientPresence], now: datetime) -> None:
    """Change the row of the socket; one that is no longer connected is deleted later."""
    row = rows.get(report.client)
    if row is None:
        if report.change in (Change.CLOSED, Change.INTERRUPTED):
            return
        row = rows[report.client] = ClientPresence(user_id=report.user_id, client=report.client)
    if report.change is Change.CLOSED:
        row.connected_until = now
    elif report.change is Change.INTERRUPTED:
        row.connected_until = min(row.connected_until, now + RECONNECT_TIME)
    else:
        row.connected_until = now + timedelta(seconds=settings.PRESENCE_GRACE)
        row.in_use = report.change is Change.USED
        # A client that is not in use does not keep the user online, not even for the idle limit.
        row.last_active_at = now if row.in_use else None


def presences_save(presences: Iterable[Presence], connected: Sequence[ClientPresence], now: datetime) -> None:
    """Combine the connected clients of each user into the user's presence, and save what has changed."""
    by_user: defaultdict[int, list[ClientPresence]] = defaultdict(list)
    for row in connected:
        by_user[row.user_id].append(row)
    before = {presence.pk: values_of(presence) for presence in presences}
    presences = list(presences)
    for presence in presences:
        presence_combine(presence, by_user[presence.user_id], now)
        presence.updated_at = now
    differing = [row.pk for row in presences if presence_differs(before[row.pk], values_of(row), now)]
    if differing:
        former_rows_save(rows=Presence.objects.filter(pk__in=differing))
    Presence.objects.bulk_update(presences, PRESENCE_FIELDS)
    publish_visible_presences(presences=presences)
    for presence in presences:
        presence_changed.send(Presence, user=presence.user)


def values_of(presence: Presence) -> dict[str, object]:
    """Return the values on which earlier decisions depend."""
    return {name: getattr(presence, name) for name in ("status", "status_expires_at", "connected_until", "away_at")}


@transaction.atomic
def connections_extend(*, sockets: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Record that these sockets (the key of the user, and the client) are still open; return those that are unknown.

    A socket whose process has crashed is not extended, and ends after the grace time.
    """
    now = timezone.now()
    until = now + timedelta(seconds=settings.PRESENCE_GRACE)
    users = {user for user, _client in sockets}
    own = ClientPresence.objects.filter(user__in=users, client__in={client for _user, client in sockets})
    in_use = Exists(ClientPresence.objects.filter(user=OuterRef("user"), in_use=True, connected_until__gt=now))
    # The others have been away or offline meanwhile, which is a change of the past.
    steady = Presence.objects.filter(~in_use | Q(away_at__isnull=True) | Q(away_at__gt=now), connected_until__gt=now)
    locked = set(
        steady.filter(user__in=users).order_by("pk").select_for_update(of=("self",)).values_list("user_id", flat=True)
    )
    own = own.filter(user__in=locked, connected_until__gt=now)
    own_presences = set(own.values_list("user_id", "client"))
    own.update(connected_until=until)
    later = Case(When(in_use, away_at__isnull=False, then=until), default=F("away_at"))
    Presence.objects.filter(pk__in=locked & {user for user, _client in own_presences}).update(
        connected_until=until, away_at=later, updated_at=now
    )
    return set(sockets) - own_presences
