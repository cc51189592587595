"""Texts for routes and the causes of pauses."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from push.models import AppRoute, RouteState
from push.providers.registry import providers_by_route
from push.providers.routes import Route
from push.selectors.checks import setting_step
from push.selectors.response_texts import response_text


def route_label(key: str) -> str:
    """Return the name of the route with this key; empty for an empty key."""
    kind, _colon, app_name = key.partition(":")
    if not kind:
        return ""
    provider = providers_by_route().get(kind)
    label = str(provider.label if provider else kind)
    if not app_name or (provider and provider.has_lanes):
        return label
    return _("%(way)s, own route of %(app)s") % {"way": label, "app": app_name}


def route_text(route: Route) -> str:
    """Return a description of the route: the service that delivers its pushes."""
    provider = providers_by_route()[route.kind]
    return provider.describe_route(route) if provider.describe_route else str(provider.label)


def pause_text(state: RouteState) -> str:
    """Return sentences that explain why a route is paused."""
    values = {
        "way": route_label(state.key),
        "app": state.app_name,
        "answer": response_text(state.key, state.status, state.reason, state.detail).rstrip(".") or "–",
    }
    if state.app_name:
        cause = (
            _("%(way)s: several devices of the app %(app)s were refused because they do not belong to it (%(answer)s).")
            % values
        )
    else:
        cause = _("%(way)s: the credentials were refused (%(answer)s).") % values
    return cause + " " + _("The route is paused. Notifications wait, and no device is removed.")


def pause_step(state: RouteState) -> tuple[str, str]:
    """Return the URL and name of the page that fixes a paused route."""
    kind, _colon, own = state.key.partition(":")
    provider = providers_by_route()[kind]
    if own and not provider.has_lanes:
        route = AppRoute.objects.filter(app_name=own).first()
        return (reverse("admin:push_approute_change", args=[route.pk]) if route else "", own)
    if provider.pause_step:
        url, page = provider.pause_step()
        return url, str(page)
    if state.app_name:
        url = reverse("admin:push_approute_add") + f"?app_name={state.app_name}"
        return url, _("Add a route for %(app)s") % {"app": state.app_name}
    url, name = setting_step(provider.setting or "Push_enable_gateway")
    return url, str(name)
