"""Computes the statistics of one hour from its finished notifications and their attempts, with two queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Model, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from push.models import (
    Answer,
    Attempt,
    Channel,
    Decision,
    DeliveryHour,
    DurationHour,
    Measure,
    Notification,
    OutcomeHour,
    State,
)
from push.models.rollups import CODE_LENGTH, hour_start
from push.selectors.statistics.histogram import DurationBucket

# Apps and providers choose these values. Of each hour's, only the most frequent are stored.
MAX_APPS = 30
MAX_CODES = 50
OTHER = "other"
NO_PROVIDER = "none"
Key = tuple[str, ...]


@dataclass(slots=True)
class HourStatistics:
    """The counts of an hour, with the keys that the tables have as columns."""

    outcomes: Counter[Key] = field(default_factory=Counter)
    deliveries: Counter[Key] = field(default_factory=Counter)
    received: Counter[Key] = field(default_factory=Counter)
    durations: Counter[tuple[Key, int]] = field(default_factory=Counter)

    def rows(self, hour: int) -> list[list[Model]]:
        """Return the rows of each table."""
        outcomes: list[Model] = [
            OutcomeHour(hour=hour, channel=channel, state=state, code=code, count=count)
            for (channel, state, code), count in self.outcomes.items()
        ]
        deliveries: list[Model] = [
            DeliveryHour(
                hour=hour,
                channel=key[0],
                provider=key[1],
                app=key[2],
                answer=key[3],
                code=key[4],
                count=count,
                received=self.received[key],
            )
            for key, count in self.deliveries.items()
        ]
        durations: list[Model] = [
            DurationHour(
                hour=hour,
                measure=key[0],
                channel=key[1],
                provider=key[2],
                app=key[3],
                code=key[4],
                bucket=bucket,
                count=count,
            )
            for (key, bucket), count in self.durations.items()
        ]
        return [outcomes, deliveries, durations]


def hour_statistics(hour: int) -> HourStatistics:
    """Return the statistics of the notifications that ended in the hour."""
    begin = hour_start(hour)
    statistics = HourStatistics()
    _notifications_add(statistics, begin)
    _attempts_add(statistics, begin)
    return statistics


def _ended_in(begin: datetime, prefix: str = "") -> Q:
    end = begin + timedelta(hours=1)
    return Q(**{f"{prefix}finished_at__gte": begin, f"{prefix}finished_at__lt": end})


def _accepted_at(prefix: str = "") -> Coalesce:
    """Return when the message, or its edit, was accepted. Test pushes, and those of pruned decisions, were created."""
    decisions = Decision.objects.filter(
        message=OuterRef(f"{prefix}message_id"), accepted_at__lte=OuterRef(f"{prefix}created_at")
    )
    last = decisions.order_by("-accepted_at").values("accepted_at")[:1]
    return Coalesce(Subquery(last), f"{prefix}created_at")


def _bucket_if(condition: Q, later: str, earlier: Any) -> Case:
    bucket = When(condition, then=DurationBucket(F(later), earlier))
    return Case(bucket, default=Value(None), output_field=IntegerField())


def _counted(rows: QuerySet[Any], *columns: str, **totals: Any) -> list[tuple[Any, ...]]:
    """Return the distinct values of the columns, with their number and further totals."""
    grouped = rows.order_by().values_list(*columns)
    return list(grouped.annotate(number=Count("pk"), **totals))


def _notifications_add(statistics: HourStatistics, begin: datetime) -> None:
    is_sent = Q(state=State.SENT)
    ended = Notification.objects.filter(_ended_in(begin)).annotate(
        sent_bucket=_bucket_if(is_sent, "finished_at", _accepted_at()),
        late_bucket=_bucket_if(is_sent, "finished_at", Coalesce("first_due_at", "due_at")),
    )
    columns = ("channel", "state", "rule", "reason", "sent_bucket", "late_bucket")
    for channel, state, rule, reason, sent, late, count in _counted(ended, *columns):
        code = (rule if state == State.SENT else reason)[:CODE_LENGTH]
        statistics.outcomes[channel, state, code] += count
        for measure, bucket in ((Measure.SENT, sent), (Measure.LATENESS, late)):
            if bucket is not None:
                statistics.durations[(measure, channel, "", "", code), bucket] += count


def _attempts_add(statistics: HourStatistics, begin: datetime) -> None:
    made = Attempt.objects.filter(_ended_in(begin, "notification__")).annotate(
        bucket=_bucket_if(
            Q(answer=Answer.ACCEPTED, finished_at__isnull=False), "finished_at", _accepted_at("notification__")
        )
    )
    columns = ("notification__channel", "route", "device__app_name", "answer", "reason", "bucket")
    rows = _counted(made, *columns, confirmed=Count("received_at"))
    apps, codes = _most_frequent(rows, 2, MAX_APPS), _most_frequent(rows, 4, MAX_CODES)
    for channel, route, app, answer, reason, bucket, count, confirmed in rows:
        provider, app, code = provider_of(channel, route), _limited(app, apps), _limited(reason, codes)
        key = (channel, provider, app, answer, code)
        statistics.deliveries[key] += count
        statistics.received[key] += confirmed
        if bucket is not None:
            statistics.durations[(Measure.DELIVERY, channel, provider, app, ""), bucket] += count


def provider_of(channel: str, route: str) -> str:
    """Return the kind of provider of a route's key; e-mails have no route."""
    return route.partition(":")[0] or (Channel.EMAIL.value if channel == Channel.EMAIL else NO_PROVIDER)


def _most_frequent(rows: list[tuple[Any, ...]], column: int, limit: int) -> set[str]:
    """Return the most frequent values of a column; `number` is the last column but one."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row[column] or ""] += row[-2]
    return {value for value, _count in counts.most_common(limit)}


def _limited(value: str | None, known: set[str]) -> str:
    return (value or "") if (value or "") in known else OTHER
