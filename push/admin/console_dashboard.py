"""The admin dashboard of an installation that is only a cloud."""

from __future__ import annotations

from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cloud.models import RegisteredWorkspace
from cloud.pages.traffic import VIEW
from cloud.selectors.console import CloudFigures, cloud_figures
from cloud.selectors.quota import month_of
from cloud.selectors.traffic import traffic_now
from push.models import GatewayApp
from push.selectors.checklist import mail_check, worker_check
from push.selectors.checks import Light
from push.selectors.gateway_apps import apps_count, expiring_keys
from workspace.admin.contributions import changelist_url
from workspace.services.settings import VIEW_PERMISSION


def console_context(request: HttpRequest) -> dict[str, Any]:
    """Return the sections about the cloud that the user may see."""
    context: dict[str, Any] = {}
    if request.user.has_perm(VIEW_PERMISSION):
        context["problems"] = [check for check in (worker_check(), mail_check()) if check.light != Light.GREEN]
    if request.user.has_perm("push.view_gatewayapp"):
        context["expiring_keys"] = expiring_keys()
    if request.user.has_perm("cloud.view_registeredworkspace"):
        figures = cloud_figures()
        context |= {"console_cards": figure_cards(figures), "has_workspaces": figures.workspaces > 0}
        if request.user.has_perm(VIEW):
            context |= {"shows_traffic": True, "rows": traffic_now(), "now": timezone.now()}
    return context


def figure_cards(figures: CloudFigures) -> list[dict[str, Any]]:
    """Return the cards with the cloud's counts."""
    apps, traffic, workspaces = apps_count(), reverse("cloud_traffic"), changelist_url(RegisteredWorkspace)
    suspended = ngettext("%(count)d suspended", "%(count)d suspended", figures.suspended) % {"count": figures.suspended}
    today = _("today (UTC)")
    return [
        {"title": _("Workspaces"), "figure": intcomma(figures.workspaces), "note": suspended}
        | {"icon": "domain", "url": workspaces},
        {"title": _("Pushes counted"), "figure": intcomma(figures.used), "note": f"{month_of():%Y-%m} (UTC)"}
        | {"icon": "calendar_month", "url": workspaces},
        {"title": _("Accepted"), "figure": intcomma(figures.accepted), "note": today}
        | {"icon": "check_circle", "url": traffic},
        {"title": _("Refused"), "figure": intcomma(figures.refused), "note": today}
        | {"icon": "filter_alt_off", "url": traffic},
        {"title": _("Failed"), "figure": intcomma(figures.failed), "note": today}
        | {"icon": "error", "url": traffic, "is_bad": figures.failed > 0},
        {"title": _("Apps"), "figure": apps, "note": _("with keys") if apps else _("no app has keys yet")}
        | {"icon": "apps", "url": changelist_url(GatewayApp)},
    ]
