"""Query expressions for pushes that quiet hours hold back (docs/quiet-hours.md), for any number of members."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateTimeField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, NullIf
from django.utils import timezone

from preferences.models import AccountsSettings, QuietChoice, QuietHours, QuietPeriod
from preferences.selectors.quiet import default_hours, hours_expression, lets_through_expression, time_zone_expression
from push.models import TEST_RULE, Channel, HeldBy, Notification
from push.rules.delays import moment
from workspace.database.existence import any_exist
from workspace.database.expressions import CompiledOnce
from workspace.models import GeneralSettings

# Rules whose notifications may break through: direct messages, and mentions by name or in a followed thread.
MENTION_RULES = ("direct_message", "mentioned")
# The notification's fields that quiet hours set.
DUE_FIELDS = ("due_at", "held_from", "held_until", "held_by")


def quiet_in_use() -> bool:
    """Return True if the workspace has quiet hours, or any member has their own or a pause that has not ended."""
    own = QuietHours.objects.filter(choice=QuietChoice.OWN).exclude(hours="")
    paused = QuietHours.objects.filter(paused_until__gt=timezone.now())
    return bool(default_hours()) or any_exist(own, paused)


def quiet_defaults() -> tuple[str, str, bool]:
    """Return the settings that :func:`hold` contains: hours, time zone, and whether mentions get through."""
    return default_hours(), GeneralSettings.current().time_zone, AccountsSettings.current().lets_mentions_through


@dataclass(frozen=True, slots=True)
class Hold:
    """How quiet hours change when pushes are due, as expressions over `rows`, which has the aliases that they use.

    `due_at` is when a push is due. If it is held back, `since` is when it would have been due, `until` is when the
    quiet hours end, and `by` is the source of the quiet hours; otherwise these are empty.
    """

    rows: QuerySet[Any]
    due_at: Any
    since: Any
    until: Any
    by: Any

    @property
    def fields(self) -> dict[str, Any]:
        """Return the expressions by the notification's fields."""
        return dict(zip(DUE_FIELDS, (self.due_at, self.since, self.until, self.by), strict=True))


def hold(rows: QuerySet[Any], *, due: Any, rule: str, not_before: datetime | None = None) -> Hold:
    """Return how quiet hours change pushes that would be due at `due`. `rule` is the column with the rule's code.

    The rows must have a `user`. Pushes that would be due before `not_before` are due then.
    """
    planned = due if not_before is None else Greatest(due, moment(not_before))
    paused_until = F("user__quiet_hours__paused_until")
    named = rows.alias(
        planned_at=CompiledOnce(planned),
        awake_at=CompiledOnce(Greatest(planned, Coalesce(paused_until, planned), output_field=DateTimeField())),
        quiet_text=CompiledOnce(hours_expression("user__")),
        quiet_zone=CompiledOnce(time_zone_expression("user__")),
        breaks_through=CompiledOnce(breaking_through(rule)),
    )
    named = named.alias(
        quiet_until=CompiledOnce(
            Case(
                When(Q(breaks_through=True) | Q(quiet_text="", awake_at=F("planned_at")), then=F("planned_at")),
                default=Coalesce(Subquery(period_at("awake_at").values("ends_at")[:1]), F("awake_at")),
                output_field=DateTimeField(),
            )
        )
    )
    return Hold(
        rows=named,
        due_at=F("quiet_until"),
        since=Case(When(quiet_until__gt=F("planned_at"), then=due), default=None, output_field=DateTimeField()),
        until=NullIf(F("quiet_until"), F("planned_at")),
        by=Case(
            When(quiet_until=F("planned_at"), then=Value("")),
            When(quiet_until=paused_until, then=Value(HeldBy.PAUSE)),
            When(user__quiet_hours__choice=QuietChoice.OWN, then=Value(HeldBy.OWN)),
            default=Value(HeldBy.DEFAULT),
            output_field=CharField(),
        ),
    )


def period_at(name: str) -> QuerySet[QuietPeriod]:
    """Return the quiet period, by the outer row's hours and time zone, that contains the outer row's time `name`."""
    return QuietPeriod.objects.filter(
        schedule__hours=OuterRef("quiet_text"),
        schedule__time_zone=OuterRef("quiet_zone"),
        starts_at__lte=OuterRef(name),
        ends_at__gt=OuterRef(name),
    ).order_by()


def breaking_through(rule: str) -> Case:
    """Return an expression that is true for pushes that quiet hours never hold: tests, and what the member allows."""
    return Case(
        When(Q(**{rule: TEST_RULE}), then=Value(True)),
        When(Q(**{f"{rule}__in": MENTION_RULES}), then=lets_through_expression("user__")),
        default=Value(False),
        output_field=BooleanField(),
    )


def held_back(items: QuerySet[Notification], *, at: datetime) -> QuerySet[Notification]:
    """Return the items that quiet hours would hold back at the time `at`."""
    pushes = items.filter(channel=Channel.PUSH)
    return hold(pushes, due=moment(at), rule="rule").rows.filter(quiet_until__gt=moment(at))
