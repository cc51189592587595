"""The top of the Push settings page: the state of push, point by point, and the test push."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.models import PushSettings
from push.selectors.checklist import checklist
from push.selectors.checks import Check, Light, setting_step
from push.selectors.configuration import misconfiguration
from push.selectors.credentials import pause_check
from push.selectors.route_overview import pauses
from push.selectors.routes import gateway_current
from push.services.testing import OTHERS_PERMISSION
from push.transports.gateway import GatewayRoute
from push.transports.probe import GatewayProbe, gateways_probe
from push.transports.routes import RouteKind
from workspace.pages.settings.base import settings_view


def panel(request: HttpRequest) -> SafeString:
    """Return the panel; the gateways are asked by the page itself, or, without scripts, when a link is followed."""
    asked = "gateways" in request.GET
    context = {
        "checks": checklist(),
        "gateway_checks": gateway_checks() if asked else None,
        "asks_gateways": PushSettings.current().enable_gateway and not misconfiguration(),
        "misconfiguration": misconfiguration(),
        "pauses": pauses(),
        "may_view_routes": request.user.has_perm("push.view_approute"),
        "may_test_others": request.user.has_perm(OTHERS_PERMISSION),
    }
    return mark_safe(render_to_string("push/settings/panel.html", context, request))  # noqa: S308 (it escapes)


@settings_view()
def gateways(request: HttpRequest) -> HttpResponse:
    """Answer with the gateways' points alone, for the page that is waiting for them."""
    return render(request, "push/settings/checks.html", {"checks": gateway_checks()})


def gateway_checks() -> list[Check]:
    """Ask the gateways and return a point for each."""
    route = gateway_current()
    if not isinstance(route, GatewayRoute):
        return []
    paused = next(
        (pause for pause in pauses() if pause.state.key == RouteKind.GATEWAY and not pause.state.app_name), None
    )
    checks = [_gateway_check(probe) for probe in gateways_probe(route)]
    # A gateway that can be reached again is not green before its route carries pushes again.
    return [pause_check(check.title, paused) if paused and check.light == Light.GREEN else check for check in checks]


def _gateway_check(probe: GatewayProbe) -> Check:
    title: str | Promise = gettext_lazy("Gateway reachable")
    values = {"address": probe.address, "milliseconds": probe.milliseconds, "error": probe.answer.error}
    if not probe.reached:
        sentence = _("%(address)s cannot be reached: %(error)s") % values
        return Check(Light.RED, title, sentence, *setting_step("Push_gateway"))
    if not probe.authorized:
        sentence = _("%(address)s answers after %(milliseconds)d ms, but refuses this workspace's authorization.")
        return Check(Light.RED, title, sentence % values, *setting_step("Register_Server"))
    if not probe.speaks_protocol:
        sentence = _("%(address)s answers after %(milliseconds)d ms, but not as a push gateway.") % values
        return Check(Light.RED, title, sentence, *setting_step("Push_gateway"))
    return Check(Light.GREEN, title, _("%(address)s answers after %(milliseconds)d ms.") % values)
