"""What administrators are alerted to. The sentences are those of the dashboard and of the health checks."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import Error
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cloud.selectors.quota import own_quota, steps_passed
from push.models import Channel, Notification, State, WebhookEndpoint
from push.monitoring.credentials import credential_expiries
from push.providers.registry import providers_by_route
from push.selectors.counts import decisions_given_up
from push.selectors.route_overview import pauses
from workspace.logs.events import LogEvent
from workspace.monitoring.health.registry import Status, health_checks
from workspace.roles import is_workspace

CHECK_FAILED = LogEvent(
    "alerts.check_failed",
    "A health check failed while the worker looked for problems to report.",
    {"check": "the check"},
    logging.ERROR,
)

EXPIRY_WARNING = timedelta(days=14)
# E-mails are a problem of the installation if those to so many people failed within this time.
MAILS_TO = 5
MAILS_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that an administrator should do. `is_repeated`: there is another alert every day until it is solved."""

    key: str
    text: str
    is_repeated: bool = True


def current_problems() -> list[Problem]:
    """Return everything that is wrong now, in the current language."""
    found = [*health_problems(), *expiring_credentials()]
    if is_workspace():
        found += [
            *paused_routes(),
            *quota_problems(),
            *failed_decisions(),
            *disabled_webhooks(),
            *undelivered_mails(),
        ]
    return found


def health_problems() -> Iterator[Problem]:
    """Yield the health checks that failed or warn."""
    for check in health_checks():
        try:
            finding = check.run()
        except Error:
            raise
        except Exception:
            CHECK_FAILED.exception(check=check.name)
            continue
        if finding.status != Status.OK:
            yield Problem(f"health {check.name}", " ".join(filter(None, (str(finding.detail), str(finding.advice)))))


def paused_routes() -> Iterator[Problem]:
    """Yield the paused routes."""
    for pause in pauses():
        key = f"route {pause.state.key} {pause.state.app_name}".strip()
        yield Problem(key, _("A route is paused: %(cause)s") % {"cause": pause.sentence})


def expiring_credentials() -> Iterator[Problem]:
    """Yield the keys and certificates that expire soon, or have expired."""
    now = timezone.now()
    for expiry in credential_expiries():
        if expiry.at <= now + EXPIRY_WARNING:
            provider = providers_by_route()[expiry.provider].label
            text = _("The credentials for %(provider)s (%(app)s) expired.")
            if expiry.at > now:
                days = (expiry.at - now).days
                text = ngettext(
                    "The credentials for %(provider)s (%(app)s) expire in %(days)d day.",
                    "The credentials for %(provider)s (%(app)s) expire in %(days)d days.",
                    days,
                )
            values = {
                "provider": provider,
                "app": expiry.app or _("Push settings"),
                "days": max((expiry.at - now).days, 0),
            }
            key = f"credentials {expiry.owner} {expiry.provider} {expiry.app}".strip()
            yield Problem(key, text % values, is_repeated=expiry.at <= now)


def quota_problems() -> Iterator[Problem]:
    """Yield the highest threshold of the month's quota that was passed; each is alerted to once."""
    quota = own_quota()
    passed = steps_passed(quota.percent) if quota and quota.percent is not None else []
    if passed:
        text = _("%(percent)d %% of this month's pushes are used.") % {"percent": passed[-1]}
        yield Problem(f"quota {passed[-1]}", text, is_repeated=False)


def failed_decisions() -> Iterator[Problem]:
    """Yield the decisions that were given up."""
    if count := decisions_given_up():
        text = ngettext(
            "%(count)d decision failed too often and is not retried. The error is in the worker's log.",
            "%(count)d decisions failed too often and are not retried. The errors are in the worker's log.",
            count,
        )
        yield Problem("decisions", text % {"count": count}, is_repeated=False)


def disabled_webhooks() -> Iterator[Problem]:
    """Yield the outgoing webhooks that were disabled because they failed."""
    for endpoint in WebhookEndpoint.objects.filter(is_enabled=False).exclude(disabled_reason=""):
        text = _("The outgoing webhook “%(name)s” is disabled: %(reason)s")
        values = {"name": endpoint.name, "reason": _(endpoint.disabled_reason)}
        yield Problem(f"webhook {endpoint.public_id}", text % values, is_repeated=False)


def undelivered_mails() -> Iterator[Problem]:
    """Yield that e-mails to several people failed lately."""
    since = timezone.now() - MAILS_WITHIN
    failed = Notification.objects.filter(channel=Channel.EMAIL, state=State.FAILED, finished_at__gte=since)
    if failed.order_by().values("user").distinct()[:MAILS_TO].count() >= MAILS_TO:
        yield Problem("mails", _("E-mails to several people could not be delivered within the last hour."))
