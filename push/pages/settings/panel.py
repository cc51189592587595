"""The panel at the top of the Push settings page: the checklist and the test push."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from push.models import PushSettings
from push.selectors.checklist import checklist, problems
from push.selectors.checks import Light
from push.selectors.configuration import misconfiguration
from push.selectors.gateway_checks import gateway_checks
from push.selectors.route_overview import pauses
from push.services.testing import OTHERS_PERMISSION, OWN_PERMISSION
from workspace.pages.settings.base import settings_view


def panel(request: HttpRequest) -> SafeString:
    """Return the panel. The page requests the gateway checks itself; without JavaScript, a link requests them."""
    includes_gateways = "gateways" in request.GET
    context = {
        "checks": checklist(),
        "gateway_checks": gateway_checks() if includes_gateways else None,
        "asks_gateways": PushSettings.current().enable_gateway and not misconfiguration(),
        "misconfiguration": misconfiguration(),
        "pauses": pauses(),
        "may_view_routes": request.user.has_perm("push.view_approute"),
        "actions": PushSettings.actions,
        "may_test": request.user.has_perm(OWN_PERMISSION),
        "may_test_others": request.user.has_perm(OTHERS_PERMISSION),
    }
    return mark_safe(render_to_string("push/settings/panel.html", context, request))  # noqa: S308 (it escapes)


@settings_view()
def gateways(request: HttpRequest) -> HttpResponse:
    """Return only the gateway checks, for the page that loads them separately."""
    return render(request, "push/settings/checks.html", {"checks": gateway_checks()})


@settings_view()
def dashboard_problems(request: HttpRequest) -> HttpResponse:
    """Return the dashboard's list of problems, including the gateway checks."""
    failed = [*problems(), *(check for check in gateway_checks() if check.light != Light.GREEN)]
    return render(request, "admin/push/problems.html", {"problems": failed})
