"""Sends alerts to the addresses that administrators entered for a provider, and tells when a problem is solved.

A problem is alerted to at most once a day, however often it comes and goes. Of several workers, one sends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from push.http.engine import Engine
from push.models import Answer, InstallationAlert
from push.providers.answers import SendAnswer
from push.providers.provider import AlertChannel, Provider
from push.providers.registry import providers
from push.providers.steps import steps_run
from push.services.alerts.problems import Problem, current_problems
from workspace.models import GeneralSettings
from workspace.selectors.localization import workspace_language

# A problem that ends sooner, such as a worker's restart, is not alerted to.
LASTS = timedelta(minutes=1)
ONCE_IN = timedelta(days=1)
# If no address accepts an alert, it is sent again after this time.
RETRY_AFTER = timedelta(minutes=5)
TEXT_LENGTH = 500
CONNECT_SECONDS, ANSWER_SECONDS = 5, 10


@dataclass(frozen=True, slots=True)
class AlertResult:
    """What became of an alert to one address, of which `name` may be shown."""

    name: str
    answer: SendAnswer

    @property
    def is_accepted(self) -> bool:
        return self.answer.answer == Answer.ACCEPTED


def alert_channels() -> list[AlertChannel]:
    """Return the channels that have addresses."""
    return [provider.alerts for provider in providers() if provider.alerts and provider.alerts.addresses()]


def alerts_send() -> None:
    """Report to administrators which problems are new since the last report, and which are solved."""
    channels = alert_channels()
    if not channels:
        return
    now = timezone.now()
    with translation.override(workspace_language()):
        problems = {problem.key: problem for problem in current_problems()}
        problems_store(problems, now=now)
        if new := rows_claim(new_problems(problems, now=now), now=now):
            title = _("%(site)s needs attention") % {"site": GeneralSettings.current().site_name}
            if send_to(channels, title=title, lines=[row.text for row in new]):
                rows_of(new).update(is_told=True, told_at=now)
        if solved := rows_claim(Q(is_open=False, is_told=True), now=now):
            title = _("%(site)s: solved") % {"site": GeneralSettings.current().site_name}
            if send_to(channels, title=title, lines=[row.text for row in solved]):
                rows_of(solved).update(is_told=False)


def problems_store(problems: dict[str, Problem], *, now: datetime) -> None:
    """Record what is wrong, and what no longer is."""
    known = {row.key: row for row in InstallationAlert.objects.all()}
    InstallationAlert.objects.bulk_create(
        [
            InstallationAlert(key=key, text=problem.text[:TEXT_LENGTH], since=now)
            for key, problem in problems.items()
            if key not in known
        ],
        ignore_conflicts=True,
    )
    for key, problem in problems.items():
        row = known.get(key)
        if row and not row.is_open and not row.is_told:
            InstallationAlert.objects.filter(pk=row.pk).update(is_open=True, since=now, text=problem.text[:TEXT_LENGTH])
        elif row and not row.is_open:
            # It has come back before its end was reported.
            InstallationAlert.objects.filter(pk=row.pk).update(is_open=True)
        elif row and row.text != problem.text[:TEXT_LENGTH]:
            InstallationAlert.objects.filter(pk=row.pk).update(text=problem.text[:TEXT_LENGTH])
    InstallationAlert.objects.filter(is_open=True).exclude(key__in=problems).update(is_open=False)
    # Long after its end, a problem is a new one.
    InstallationAlert.objects.filter(is_open=False, is_told=False, since__lt=now - 30 * ONCE_IN).delete()


def new_problems(problems: dict[str, Problem], *, now: datetime) -> Q:
    """Return the condition for the problems to alert to now."""
    repeated = [key for key, problem in problems.items() if problem.is_repeated]
    again = Q(told_at__lte=now - ONCE_IN) & (Q(is_told=False) | Q(key__in=repeated))
    return Q(is_open=True, since__lte=now - LASTS) & (Q(told_at=None) | again)


def rows_claim(condition: Q, *, now: datetime) -> list[InstallationAlert]:
    """Return the rows that this worker reports; another one skips them."""
    waiting = Q(tried_at=None) | Q(tried_at__lte=now - RETRY_AFTER)
    rows = list(InstallationAlert.objects.filter(condition, waiting).order_by("key"))
    return [
        row for row in rows if InstallationAlert.objects.filter(pk=row.pk, tried_at=row.tried_at).update(tried_at=now)
    ]


def rows_of(rows: Sequence[InstallationAlert]) -> QuerySet[InstallationAlert]:
    """Return the rows as a queryset."""
    return InstallationAlert.objects.filter(pk__in=[row.pk for row in rows])


def send_to(channels: Sequence[AlertChannel], *, title: str, lines: Sequence[str]) -> bool:
    """Send a text to all addresses; returns True if one of them accepted it."""
    text = "\n".join([*(f"• {line}" for line in lines), settings.SITE_URL + "/admin/"])
    return any(result.is_accepted for channel in channels for result in channel_send(channel, title=title, text=text))


def channel_send(channel: AlertChannel, *, title: str, text: str) -> list[AlertResult]:
    """Send a text to the addresses of a channel at the same time, and return what became of each."""
    addresses = channel.addresses()
    engine = Engine(connect_timeout=CONNECT_SECONDS, timeout=ANSWER_SECONDS)
    try:
        answers = steps_run([channel.steps(address, title=title, text=text) for address in addresses], engine=engine)
    finally:
        engine.close()
    return [
        AlertResult(channel.name_of(address), answer) for address, (answer,) in zip(addresses, answers, strict=True)
    ]


def alert_test(*, provider: Provider) -> list[AlertResult]:
    """Send a test alert to the addresses of a provider."""
    if provider.alerts is None:
        return []
    title = _("%(site)s: test alert") % {"site": GeneralSettings.current().site_name}
    return channel_send(provider.alerts, title=title, text=_("Alerts about this installation arrive here."))
