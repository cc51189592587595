"""Routes, and what paused them, in words for people."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from push.models import AppRoute, RouteState
from push.providers.registry import providers_by_route
from push.providers.routes import Route
from push.selectors.answer_words import answer_words
from push.selectors.checks import setting_step


def key_words(key: str) -> str:
    """Return a route's key in words; empty for none."""
    kind, _colon, app_name = key.partition(":")
    if not kind:
        return ""
    provider = providers_by_route().get(kind)
    words = str(provider.label if provider else kind)
    if not app_name or (provider and provider.has_lanes):
        return words
    return _("%(way)s, own route of %(app)s") % {"way": words, "app": app_name}


def route_words(route: Route) -> str:
    """Return who is asked to deliver on the route."""
    provider = providers_by_route()[route.kind]
    return provider.describe_route(route) if provider.describe_route else str(provider.label)


def pause_words(state: RouteState) -> str:
    """Return what happened to a paused route, in a sentence."""
    values = {
        "way": key_words(state.key),
        "app": state.app_name,
        "answer": answer_words(state.key, state.status, state.reason, state.detail).rstrip(".") or "–",
    }
    if state.app_name:
        told = _("%(way)s: several devices of the app %(app)s were refused as not being its own (%(answer)s).") % values
    else:
        told = _("%(way)s: the credentials were refused (%(answer)s).") % values
    return told + " " + _("The route is paused; notifications wait, no device was forgotten.")


def pause_step(state: RouteState) -> tuple[str, str]:
    """Return the address and name of what puts a paused route right."""
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
