"""Reports of messages that no moderator has dismissed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet

from workspace.models import Report, Room


@dataclass(frozen=True, slots=True)
class ReportedSender:
    """A user whose messages were reported: the number of reports, the last one, and the rooms of the messages."""

    count: int
    last: Report
    rooms: list[Room]


def reports_open(
    *, oldest: datetime | None = None, latest: datetime | None = None, words: str = ""
) -> QuerySet[Report]:
    """Return the reports between the times, newest first; `words` is a part of the sender's name or the text."""
    reports = Report.objects.filter(dismissed_at=None).select_related("message__sender", "message__room", "reporter")
    if oldest is not None:
        reports = reports.filter(created_at__gte=oldest)
    if latest is not None:
        reports = reports.filter(created_at__lte=latest)
    if words:
        sender = Q(message__sender__username__icontains=words) | Q(message__sender__name__icontains=words)
        reports = reports.filter(sender | Q(text__icontains=words))
    return reports.order_by("-created_at", "-pk")


def senders_reported(reports: QuerySet[Report]) -> QuerySet[Report, Any]:
    """Return the senders of reported messages, last reported first: `sender`, `count`, and the `last` report's key."""
    senders = reports.order_by().values(sender=F("message__sender"))
    return senders.annotate(count=Count("pk"), last=Max("pk")).order_by("-last")


def reported_senders(rows: Collection[dict[str, int]]) -> list[ReportedSender]:
    """Return these senders with their last reports and the rooms of all their reported messages."""
    reports = reports_open().in_bulk([row["last"] for row in rows])
    rooms: defaultdict[int, list[Room]] = defaultdict(list)
    reported = Room.objects.filter(messages__reports__dismissed_at=None, messages__reports__isnull=False)
    senders = [row["sender"] for row in rows]
    for room in reported.filter(messages__sender__in=senders).annotate(sender=F("messages__sender")).distinct():
        rooms[room.sender].append(room)
    return [ReportedSender(row["count"], reports[row["last"]], rooms[row["sender"]]) for row in rows]
