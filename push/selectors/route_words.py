"""Routes, and what paused them, in words for people."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.models import AppRoute, RouteState
from push.providers.routes import Route, RouteKind
from push.selectors.answer_words import answer_words
from push.selectors.checks import connection_step, setting_step

KINDS: dict[str, str | Promise] = {
    RouteKind.GATEWAY: gettext_lazy("Gateway"),
    RouteKind.APPLE: gettext_lazy("Apple directly"),
    RouteKind.GOOGLE: gettext_lazy("Google directly"),
    RouteKind.WEBPUSH: gettext_lazy("Web push"),
}


def key_words(key: str) -> str:
    """Return a route's key in words; empty for none."""
    kind, _colon, app_name = key.partition(":")
    if not kind:
        return ""
    told = str(KINDS.get(kind, kind))
    if kind == RouteKind.WEBPUSH:
        # What follows is no app, but one of the lanes that keep push services from waiting for each other.
        return told
    return _("%(way)s, own route of %(app)s") % {"way": told, "app": app_name} if app_name else told


def route_words(route: Route) -> str:
    """Return who is asked to deliver on the route."""
    if route.kind == RouteKind.GATEWAY:
        # Before the host, an address may have a name and password.
        hosts = ", ".join(urlsplit(address).netloc.rpartition("@")[2] for address in route.way.addresses)
        return _("Gateway %(hosts)s") % {"hosts": hosts}
    if route.kind == RouteKind.APPLE and not route.way.production:
        return _("Apple directly, development service")
    return str(KINDS.get(route.kind, route.kind))


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
    # What follows in a web push route's key is no app, but its lane.
    if own and kind != RouteKind.WEBPUSH:
        route = AppRoute.objects.filter(app_name=own).first()
        return (reverse("admin:push_approute_change", args=[route.pk]) if route else "", own)
    if state.app_name and kind != RouteKind.GATEWAY:
        url = reverse("admin:push_approute_add") + f"?app_name={state.app_name}"
        return url, _("Add a route for %(app)s") % {"app": state.app_name}
    if kind == RouteKind.GATEWAY:
        url, page = connection_step()
        return url, str(page)
    settings = {
        RouteKind.APPLE.value: "Push_apn_token_key",
        RouteKind.GOOGLE.value: "Push_google_api_credentials",
    }
    url, name = setting_step(settings.get(kind, "Push_enable_gateway"))
    return url, str(name)
