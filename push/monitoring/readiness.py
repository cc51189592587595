"""Whether pushes can work: the checklist of the Push settings, the gateways' answers, and every enabled route."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.models import Device, PushSettings
from push.providers.registry import providers
from push.selectors.checklist import checklist, mail_check
from push.selectors.checks import Check, Light
from push.selectors.configuration import any_route
from push.selectors.gateway_checks import gateway_checks
from push.selectors.route_overview import pauses
from push.selectors.route_texts import route_text
from push.selectors.routes import routes_current


@dataclass(frozen=True, slots=True)
class Readiness:
    """The checks, and whether pushes can work. A warning is something that does not prevent any push."""

    checks: list[Check]

    @property
    def works(self) -> bool:
        return all(check.light != Light.RED for check in self.checks)


def push_readiness() -> Readiness:
    """Return the checks. Sends a request to each gateway, and waits up to three seconds for each response."""
    without_mail = [check for check in checklist() if check.title != mail_check().title]
    unneeded = unneeded_credentials()
    checks = [softened(check) if str(check.title) in unneeded else check for check in without_mail]
    return Readiness([*checks, *gateways(), *working_routes()])


def gateways() -> list[Check]:
    """Return the checks of the gateways. If one of them works, the others are only a warning."""
    checks = gateway_checks()
    is_one_working = any(check.light == Light.GREEN for check in checks)
    return [softened(check) if is_one_working else check for check in checks]


def softened(check: Check) -> Check:
    """Return a failed check as a warning."""
    return replace(check, light=Light.AMBER) if check.light == Light.RED else check


def unneeded_credentials() -> set[str]:
    """Return the titles of the checks of credentials that no device needs, if others can be reached."""
    push, routes = PushSettings.current(), routes_current()
    if push.enable_gateway or not any_route(routes.default.values()):
        return set()
    types = set(Device.objects.filter(disabled_at=None).order_by().values_list("type", flat=True).distinct())
    return {
        str(provider.credentials_check(push).title)
        for provider in providers()
        if provider.credentials_check and provider.device and provider.device.type not in types
    }


def working_routes() -> Iterator[Check]:
    """Yield a point for each enabled route that is not paused; the checklist contains the paused ones."""
    routes = routes_current()
    paused = {(pause.state.key, pause.state.app_name) for pause in pauses(routes)}
    for route in routes.all():
        if (route.key, "") not in paused:
            apps = route.app_name or _("all apps")
            yield Check(Light.GREEN, gettext_lazy("Route"), f"{route_text(route)} ({apps}).")
