"""The state of push, point by point, each with the next step: the top of the Push settings page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.conf import settings
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
from push.selectors.credentials import app_credential_checks, credential_checks, pause_check
from push.selectors.route_overview import Pause, apps_seen, paused_routes, pauses
from push.selectors.routes import Routes, routes_current
from workspace.mail import FILE_BACKEND
from workspace.templatetags.times import time_since

# A due item that has waited longer (seconds) is told as late, and then as stuck.
LATE_AFTER = 10
STUCK_AFTER = 60
ROUTES_SHOWN = 20
# Percent of the month's quota.
QUOTA_NEARLY = 80
# Django's backends that send nothing to a mail server.
UNSENT_BACKENDS = {f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy")}
# What puts right that there is no way to the devices; else it is the connection with the cloud.
STEPS = {
    EndReason.NO_ROUTE: "Push_enable_gateway",
    EndReason.TERMS_NOT_AGREED: "Cloud_Service_Agree_PrivacyTerms",
}


def checklist() -> list[Check]:
    """Return every point that can be told from the database; the gateways are asked by a request of their own."""
    return list(_checks())


def problems(routes: Routes | None = None, found: Iterable[Pause] | None = None) -> list[Check]:
    """Return what an administrator should look at: of the checklist and of e-mail. The gateways are not asked.

    `routes` and `found` are the current routes and pauses, if the caller has them.
    """
    checks = [*_route_points(routes, found), worker_check(), _oldest_due(), mail_check()]
    return [check for check in checks if check.light in {Light.RED, Light.AMBER}]


def _checks() -> Iterator[Check]:
    yield from _route_points()
    yield _devices()
    yield worker_check()
    yield _oldest_due()
    yield mail_check()


def _route_points(routes: Routes | None = None, found: Iterable[Pause] | None = None) -> Iterator[Check]:
    routes = routes or routes_current()
    paused = paused_routes(pauses(routes) if found is None else found)
    yield _switch(gettext_lazy("Push"), PushSettings.current().enable, "Push_enable")
    yield from way_checks(paused, routes)
    yield from route_checks(paused, routes)
    for provider in providers():
        if provider.checks:
            yield from provider.checks()


def blocking_checks(app_name: str) -> list[Check]:
    """Return why no push can reach the phones of an app; empty if pushes can. The gateways are not asked."""
    checks = [_switch(gettext_lazy("Push"), PushSettings.current().enable, "Push_enable"), worker_check()]
    ways = list(routes_current({app_name}).ways_of(app_name).values())
    reason = next((way for way in ways if isinstance(way, EndReason)), None)
    if reason and not any_route(ways):
        checks.append(_no_way(reason))
    checks += [
        pause_check(gettext_lazy("A route is paused"), pause)
        for pause in pauses()
        if pause.state.app_name in {"", app_name}
    ]
    return [check for check in checks if check.light == Light.RED]


def way_checks(paused: Mapping[str, Pause], routes: Routes | None = None) -> Iterator[Check]:
    """Yield the points of the route that the Push settings describe; `paused` are the paused routes by their keys."""
    push = PushSettings.current()
    if push.enable_gateway:
        wizard = SetupWizardSettings.current()
        yield _registered(wizard)
        yield _switch(gettext_lazy("Terms agreed"), wizard.privacy_terms_agreed, "Cloud_Service_Agree_PrivacyTerms")
        yield _quota()
    else:
        yield from credential_checks(push, paused)
    if reason := misconfiguration(routes):
        yield _no_way(reason)


def _no_way(reason: EndReason) -> Check:
    step = setting_step(STEPS[reason]) if reason in STEPS else _registration_step()
    return Check(Light.RED, gettext_lazy("Way to the devices"), str(reason.label), *step)


def _quota() -> Check:
    """Return what is left of this month's pushes, as the cloud told it."""
    title, quota = gettext_lazy("Quota left"), own_quota()
    if quota is None:
        return Check(Light.UNKNOWN, title, _("Counted by the gateway; this one does not report it."))
    step = (reverse("subscription"), gettext_lazy("Subscription"))
    if quota.left is None or quota.percent is None:
        return Check(Light.GREEN, title, _("any number"), *step)
    light = Light.RED if quota.left == 0 else Light.AMBER if quota.percent >= QUOTA_NEARLY else Light.GREEN
    told = {"left": intcomma(quota.left), "limit": intcomma(quota.limit)}
    return Check(light, title, _("%(left)s of %(limit)s this month.") % told, *step)


def route_checks(paused: Mapping[str, Pause], routes: Routes) -> Iterator[Check]:
    """Yield the paused routes, the apps' own routes with missing or expiring keys, and the apps without a route."""
    checked = {provider.kind for provider in providers() if provider.credentials_check}
    for key, pause in paused.items():
        if key not in checked:
            yield pause_check(gettext_lazy("Paused route"), pause)
    for route in AppRoute.objects.filter(kind=AppRouteKind.DIRECT)[:ROUTES_SHOWN]:
        yield from (check for check in app_credential_checks(route) if check.light != Light.GREEN)
    url = reverse("admin:push_approute_changelist")
    for app in apps_seen(routes=routes)[0][:ROUTES_SHOWN]:
        for way in app.ways:
            if way.enabled and way.problem and (app.route or any(other.words for other in app.ways)):
                counted = ngettext(
                    "%(count)d device of %(app)s (%(type)s).", "%(count)d devices of %(app)s (%(type)s).", way.enabled
                )
                told = counted % {"count": way.enabled, "app": app.name, "type": way.type.label}
                yield Check(
                    Light.RED, gettext_lazy("No route for"), f"{told} {way.problem}", url, gettext_lazy("Routes")
                )


def _registered(wizard: SetupWizardSettings) -> Check:
    title = gettext_lazy("Server registered")
    connection = CloudConnection.objects.first() if wizard.register_server else None
    if connection and connection.problem:
        return Check(Light.RED, title, connection.problem_text or connection.problem, *connection_step())
    if connection:
        return Check(Light.GREEN, title, _("Yes."))
    return Check(Light.RED, title, _("No. Without it, nothing is pushed."), *_registration_step())


def _registration_step() -> tuple[str, str | Promise]:
    """Return where to connect the workspace, or, where it is, to turn its registration on again."""
    return setting_step("Register_Server") if CloudConnection.objects.exists() else connection_step()


def _switch(title: str | Promise, holds: bool, setting_id: str) -> Check:
    if holds:
        return Check(Light.GREEN, title, _("Yes."))
    return Check(Light.RED, title, _("No. Without it, nothing is pushed."), *setting_step(setting_id))


def _devices() -> Check:
    enabled = Device.objects.filter(disabled_at=None)
    devices, people = enabled.count(), enabled.values("user").distinct().count()
    title, url = gettext_lazy("Devices registered"), reverse("admin:push_device_changelist")
    if not devices:
        return Check(Light.AMBER, title, _("None yet: sign in with a mobile app."), url, gettext_lazy("Devices"))
    counted = ngettext("%(count)d device", "%(count)d devices", devices) % {"count": devices}
    owned = ngettext("of %(count)d user.", "of %(count)d users.", people) % {"count": people}
    return Check(Light.GREEN, title, f"{counted} {owned}", url, gettext_lazy("Devices"))


def worker_check() -> Check:
    """Return whether a worker is running."""
    title = gettext_lazy("Worker alive")
    beats = WorkerBeat.objects.aggregate(
        last=Max("beat_at"), alive=Count("pk", filter=Q(beat_at__gt=timezone.now() - ALIVE_FOR))
    )
    last, alive = beats["last"], beats["alive"]
    if last is None:
        return Check(Light.RED, title, _("No worker is running: start “manage.py worker”. Until then nothing is sent."))
    if timezone.now() - last > ALIVE_FOR:
        since = {"time": time_since(last)}
        return Check(Light.RED, title, _("No heartbeat for %(time)s. Until a worker runs, nothing is sent.") % since)
    return Check(
        Light.GREEN, title, ngettext("%(count)d is running.", "%(count)d are running.", alive) % {"count": alive}
    )


def _oldest_due() -> Check:
    title, url = gettext_lazy("Oldest due item"), reverse("admin:push_notification_changelist")
    now = timezone.now()
    waiting = Notification.objects.filter(is_waiting())
    oldest = waiting.filter(due_at__lte=now).aggregate(first=Min("due_at"))["first"]
    if oldest is None:
        return Check(Light.GREEN, title, _("Nothing that is due waits."))
    seconds = int((now - oldest).total_seconds())
    light = Light.RED if seconds > STUCK_AFTER else Light.AMBER if seconds > LATE_AFTER else Light.GREEN
    sentence = _("Due for %(seconds)d s.") % {"seconds": seconds}
    return Check(light, title, sentence, url, gettext_lazy("Notifications"))


def mail_check() -> Check:
    """Return whether e-mails leave the server."""
    title = gettext_lazy("Mail server")
    if settings.EMAIL_BACKEND == "workspace.mail.DatabaseBackend":
        step = (reverse("admin:workspace_keptmail_changelist"), gettext_lazy("E-mails"))
        return Check(Light.AMBER, title, _("None (EMAIL_URL). E-mails are stored here and reach nobody."), *step)
    if settings.EMAIL_BACKEND == FILE_BACKEND:
        sentence = _("None (EMAIL_URL). E-mails, password-reset links included, are stored in files and reach no one.")
        return Check(Light.RED, title, sentence)
    if settings.EMAIL_BACKEND in UNSENT_BACKENDS:
        return Check(Light.RED, title, _("None (EMAIL_URL). E-mails are not sent, password-reset links included."))
    return Check(Light.GREEN, title, settings.EMAIL_HOST)
