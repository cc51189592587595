"""The checklist at the top of the Push settings page: the state of push, with links to fix problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, Max, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cloud.models import CloudConnection, SetupWizardSettings
from cloud.selectors.quota import own_quota
from push.models import (
    AppRoute,
    AppRouteKind,
    Device,
    EndReason,
    Notification,
    PushSettings,
    WorkerBeat,
    is_waiting,
)
from push.models.worker import ALIVE_FOR
from push.providers.registry import providers
from push.selectors.checks import Check, Light, connection_step, setting_step
from push.selectors.configuration import any_route, misconfiguration
from push.selectors.counts import DeviceCount, decisions_given_up
from push.selectors.credentials import app_credential_checks, credential_checks, pause_check
from push.selectors.route_overview import Pause, known_apps, paused_routes, pauses
from push.selectors.routes import Routes, routes_current
from workspace.models import EmailSettings
from workspace.smtp.server import MailPlace, mail_server
from workspace.templatetags.times import time_since

# Due notifications older than this (seconds) are reported as late, and then as stuck.
LATE_AFTER = 10
STUCK_AFTER = 60
MAX_ROUTES = 20
# Usage of the month's quota (percent) from which on a warning is shown.
QUOTA_WARNING = 80
# Django's e-mail backends that do not send to a mail server.
# The settings that fix a missing route; for other reasons it is the connection to the cloud.
STEPS = {
    EndReason.NO_ROUTE: "Push_enable_gateway",
    EndReason.TERMS_NOT_AGREED: "Cloud_Service_Agree_PrivacyTerms",
}


def checklist() -> list[Check]:
    """Return all checks that only need the database. The gateway checks are a separate request."""
    return list(_checks())


def problems(
    routes: Routes | None = None,
    current_pauses: Iterable[Pause] | None = None,
    devices: Iterable[DeviceCount] | None = None,
) -> list[Check]:
    """Return the failed checks and warnings that an administrator should see, without the gateway checks.

    `routes`, `current_pauses` and `devices` can be passed if the caller has already queried them.
    """
    checks = [
        *_route_points(routes, current_pauses, devices),
        worker_check(),
        _oldest_due(),
        _failed_decisions(),
        mail_check(),
    ]
    return [check for check in checks if check.light in {Light.RED, Light.AMBER}]


def _checks() -> Iterator[Check]:
    yield from _route_points()
    yield _devices()
    yield worker_check()
    yield _oldest_due()
    yield _failed_decisions()
    yield mail_check()


def _route_points(
    routes: Routes | None = None,
    current_pauses: Iterable[Pause] | None = None,
    devices: Iterable[DeviceCount] | None = None,
) -> Iterator[Check]:
    routes = routes or routes_current()
    paused = paused_routes(pauses(routes) if current_pauses is None else current_pauses)
    yield _push_enabled()
    yield from default_route_checks(paused, routes)
    yield from route_checks(paused, routes, devices)
    for provider in providers():
        if provider.checks:
            yield from provider.checks()


def blocking_checks(app_name: str) -> list[Check]:
    """Return the checks that explain why no push can reach an app's phones; empty if pushes can. Skips the gateways."""
    checks = [_push_enabled(), worker_check()]
    routes = list(routes_current({app_name}).routes_of(app_name).values())
    reason = next((route for route in routes if isinstance(route, EndReason)), None)
    if reason and not any_route(routes):
        checks.append(_no_route(reason))
    checks += [
        pause_check(gettext_lazy("A route is paused"), pause)
        for pause in pauses()
        if pause.state.app_name in {"", app_name}
    ]
    return [check for check in checks if check.light == Light.RED]


def default_route_checks(paused: Mapping[str, Pause], routes: Routes | None = None) -> Iterator[Check]:
    """Yield the checks of the default route; `paused` are the paused routes by their keys."""
    push = PushSettings.current()
    if push.enable_gateway:
        wizard = SetupWizardSettings.current()
        yield _registered(wizard)
        yield _terms(wizard)
        yield _quota()
    else:
        yield from credential_checks(push, paused)
    if reason := misconfiguration(routes):
        yield _no_route(reason)


def _no_route(reason: EndReason) -> Check:
    step = setting_step(STEPS[reason]) if reason in STEPS else _registration_step()
    return Check(Light.RED, gettext_lazy("Route to the devices"), str(reason.label), *step)


def _quota() -> Check:
    """Return the check of this month's remaining quota, as the cloud reported it."""
    title, quota = gettext_lazy("Quota"), own_quota()
    if quota is None:
        return Check(Light.UNKNOWN, title, _("The gateway counts it but does not report it."))
    step = (reverse("subscription"), gettext_lazy("Subscription"))
    if quota.left is None or quota.percent is None:
        return Check(Light.GREEN, title, _("Unlimited."), *step)
    light = Light.RED if quota.left == 0 else Light.AMBER if quota.percent >= QUOTA_WARNING else Light.GREEN
    values = {"left": intcomma(quota.left), "limit": intcomma(quota.limit)}
    return Check(light, title, _("%(left)s of %(limit)s pushes left this month.") % values, *step)


def route_checks(
    paused: Mapping[str, Pause], routes: Routes, devices: Iterable[DeviceCount] | None = None
) -> Iterator[Check]:
    """Yield checks for paused routes, for app routes with missing or expiring keys, and for apps without a route."""
    checked = {provider.kind for provider in providers() if provider.credentials_check}
    for key, pause in paused.items():
        if key not in checked:
            yield pause_check(gettext_lazy("Paused route"), pause)
    for route in AppRoute.objects.filter(kind=AppRouteKind.DIRECT)[:MAX_ROUTES]:
        yield from (check for check in app_credential_checks(route) if check.light != Light.GREEN)
    url = reverse("admin:push_approute_changelist")
    for app in known_apps(routes=routes, devices=devices)[0][:MAX_ROUTES]:
        for row in app.type_routes:
            if row.enabled and row.problem and (app.route or any(other.text for other in app.type_routes)):
                counted = ngettext(
                    "%(count)d device of %(app)s (%(type)s).", "%(count)d devices of %(app)s (%(type)s).", row.enabled
                )
                affected = counted % {"count": row.enabled, "app": app.name, "type": row.type.label}
                yield Check(
                    Light.RED, gettext_lazy("No route for"), f"{affected} {row.problem}", url, gettext_lazy("Routes")
                )


def _registered(wizard: SetupWizardSettings) -> Check:
    title = gettext_lazy("Server registration")
    connection = CloudConnection.objects.first() if wizard.register_server else None
    if connection and connection.problem:
        return Check(Light.RED, title, connection.problem_text or connection.problem, *connection_step())
    if connection:
        return Check(Light.GREEN, title, _("Registered."))
    return Check(Light.RED, title, _("Not registered. No pushes are sent."), *_registration_step())


def _registration_step() -> tuple[str, str | Promise]:
    """Return the page to connect the workspace; if it is connected, the setting that turns registration on."""
    return setting_step("Register_Server") if CloudConnection.objects.exists() else connection_step()


def _push_enabled() -> Check:
    title = gettext_lazy("Push")
    if PushSettings.current().enable:
        return Check(Light.GREEN, title, _("Enabled."))
    return Check(Light.RED, title, _("Disabled. No pushes are sent."), *setting_step("Push_enable"))


def _terms(wizard: SetupWizardSettings) -> Check:
    title = gettext_lazy("Cloud terms")
    if wizard.privacy_terms_agreed:
        return Check(Light.GREEN, title, _("Accepted."))
    step = setting_step("Cloud_Service_Agree_PrivacyTerms")
    return Check(Light.RED, title, _("Not accepted. No pushes are sent."), *step)


def _devices() -> Check:
    enabled = Device.objects.filter(disabled_at=None)
    devices, people = enabled.count(), enabled.values("user").distinct().count()
    title, url = gettext_lazy("Registered devices"), reverse("admin:push_device_changelist")
    if not devices:
        return Check(Light.AMBER, title, _("None yet: sign in with a mobile app."), url, gettext_lazy("Devices"))
    counted = ngettext("%(count)d device", "%(count)d devices", devices) % {"count": devices}
    owned = ngettext("of %(count)d user.", "of %(count)d users.", people) % {"count": people}
    return Check(Light.GREEN, title, f"{counted} {owned}", url, gettext_lazy("Devices"))


def worker_check() -> Check:
    """Return the check that a worker is running."""
    title = gettext_lazy("Worker")
    beats = WorkerBeat.objects.aggregate(
        last=Max("beat_at"), alive=Count("pk", filter=Q(beat_at__gt=timezone.now() - ALIVE_FOR))
    )
    last, alive = beats["last"], beats["alive"]
    if last is None:
        return Check(Light.RED, title, _("No worker is running, so nothing is sent. Start “manage.py runworker”."))
    if timezone.now() - last > ALIVE_FOR:
        since = {"time": time_since(last)}
        return Check(
            Light.RED, title, _("No heartbeat for %(time)s. Nothing is sent until a worker is running.") % since
        )
    return Check(
        Light.GREEN,
        title,
        ngettext("%(count)d worker running.", "%(count)d workers running.", alive) % {"count": alive},
    )


def _oldest_due() -> Check:
    title, url = gettext_lazy("Overdue notifications"), reverse("admin:push_notification_changelist")
    now = timezone.now()
    waiting = Notification.objects.filter(is_waiting())
    oldest = waiting.filter(due_at__lte=now).aggregate(first=Min("due_at"))["first"]
    if oldest is None:
        return Check(Light.GREEN, title, _("No notification is overdue."))
    seconds = int((now - oldest).total_seconds())
    light = Light.RED if seconds > STUCK_AFTER else Light.AMBER if seconds > LATE_AFTER else Light.GREEN
    sentence = _("The oldest has been due for %(seconds)d s.") % {"seconds": seconds}
    return Check(light, title, sentence, url, gettext_lazy("Notifications"))


def _failed_decisions() -> Check:
    """Return the check that no decision was given up."""
    title, count = gettext_lazy("Decisions"), decisions_given_up()
    if not count:
        return Check(Light.GREEN, title, _("No decision has failed permanently."))
    sentence = ngettext(
        "%(count)d decision failed too often and is not retried. The error is in the worker's log.",
        "%(count)d decisions failed too often and are not retried. The errors are in the worker's log.",
        count,
    )
    url = f"{reverse('admin:push_decision_changelist')}?decided=failed"
    return Check(Light.RED, title, sentence % {"count": count}, url, gettext_lazy("Decisions"))


def mail_check() -> Check:
    """Return the check that e-mails are sent to a mail server."""
    title, server = gettext_lazy("Mail server"), mail_server()
    step = (reverse("settings_group", args=[EmailSettings.slug()]), gettext_lazy("Mail server"))
    if server.place is MailPlace.DATABASE:
        return Check(Light.AMBER, title, _("Not configured. E-mails are stored here and not delivered."), *step)
    if server.place is MailPlace.FILES:
        sentence = _("Not configured. E-mails, including password-reset links, are stored in files and not delivered.")
        return Check(Light.RED, title, sentence, *step)
    if server.place is MailPlace.NOWHERE:
        return Check(
            Light.RED, title, _("Not configured (EMAIL_URL). E-mails, including password-reset links, are not sent.")
        )
    return Check(Light.GREEN, title, server.host)
