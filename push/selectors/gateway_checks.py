"""Checks that send a request to the gateways."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.providers.gateway.probe import GatewayProbe, gateways_probe
from push.providers.routes import GatewayRoute
from push.selectors.checks import Check, Light, setting_step
from push.selectors.credentials import pause_check
from push.selectors.route_overview import pauses
from push.selectors.routes import GATEWAY, gateway_current
from workspace.address_masks import address_mask


def gateway_checks() -> list[Check]:
    """Probe the gateways and return a check for each."""
    route = gateway_current()
    if not isinstance(route, GatewayRoute):
        return []
    paused = next((pause for pause in pauses() if pause.state.key == GATEWAY and not pause.state.app_name), None)
    checks = [_gateway_check(probe) for probe in gateways_probe(route)]
    # A reachable gateway is not green while its route is still paused.
    return [pause_check(check.title, paused) if paused and check.light == Light.GREEN else check for check in checks]


def _gateway_check(probe: GatewayProbe) -> Check:
    title: str | Promise = gettext_lazy("Gateway reachable")
    values = {"address": address_mask(probe.address), "milliseconds": probe.milliseconds, "error": probe.answer.error}
    if not probe.reached:
        sentence = _("%(address)s cannot be reached: %(error)s") % values
        return Check(Light.RED, title, sentence, *setting_step("Push_gateway"))
    if not probe.authorized:
        sentence = _("%(address)s responds in %(milliseconds)d ms, but rejects this workspace's authorization.")
        return Check(Light.RED, title, sentence % values, *setting_step("Register_Server"))
    if not probe.speaks_protocol:
        sentence = _("%(address)s responds in %(milliseconds)d ms, but not like a push gateway.") % values
        return Check(Light.RED, title, sentence, *setting_step("Push_gateway"))
    return Check(Light.GREEN, title, _("%(address)s responds in %(milliseconds)d ms.") % values)
