"""The apps whose devices are registered, how each is reached, and which routes are paused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse

from push.models import AppRoute, Device, RouteState
from push.providers.provider import DeviceKind
from push.providers.registry import device_kinds, phone_kinds
from push.providers.routes import Route
from push.selectors.route_words import pause_step, pause_words, route_words
from push.selectors.routes import Routes, routes_current

# Apps name themselves, so there is no telling how many names there are.
APPS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Pause:
    """A paused route, what happened to it in words, and what puts it right."""

    state: RouteState
    sentence: str
    step_url: str
    step: str

    @property
    def resume_url(self) -> str:
        return reverse("admin:push_approute_resume", args=[self.state.pk])


@dataclass(slots=True)
class AppWay:
    """How the devices of one type of an app are reached; `problem` says why they are not."""

    type: DeviceKind
    enabled: int
    disabled: int
    words: str = ""
    problem: str = ""
    paused_at: datetime | None = None


@dataclass(slots=True)
class AppSeen:
    """An app whose devices are registered, or that has a route of its own."""

    name: str
    route: AppRoute | None = None
    ways: list[AppWay] = field(default_factory=list)

    @property
    def is_phones(self) -> bool:
        """Return whether a route can be chosen for it: browsers are sent to by their own push services."""
        return any(way.type.is_phone for way in self.ways)

    @property
    def url(self) -> str:
        """Return the address where its route is changed, or added."""
        if self.route:
            return reverse("admin:push_approute_change", args=[self.route.pk])
        return reverse("admin:push_approute_add") + f"?app_name={self.name}"


def pauses(routes: Routes | None = None) -> list[Pause]:
    """Return the routes that are paused, the latest first; `routes` are the current ones, if the caller has them."""
    states = list(RouteState.objects.filter(paused_at__isnull=False).order_by("-paused_at"))
    current = {(route.key, route.fingerprint) for route in (routes or routes_current()).all()} if states else set()
    shown = [state for state in states if (state.key, state.fingerprint) in current]
    return [Pause(state, pause_words(state), *pause_step(state)) for state in shown]


def paused_routes(found: Iterable[Pause] | None = None) -> dict[str, Pause]:
    """Return the paused routes by their keys; the pause of a whole route hides those of single apps on it.

    `found` are the current pauses, if the caller has them.
    """
    paused = pauses() if found is None else found
    return {pause.state.key: pause for pause in sorted(paused, key=lambda pause: not pause.state.app_name)}


def apps_seen(query: str = "", *, routes: Routes | None = None) -> tuple[list[AppSeen], bool]:
    """Return the apps by name, those with a route first, and whether there are more than are returned.

    `routes` are the current ones, if the caller has them.
    """
    own = list(AppRoute.objects.filter(app_name__icontains=query)[: APPS_SHOWN + 1])
    counts = counts_by_app(query, named=[route.app_name for route in own])
    routes = routes or routes_current([route.app_name for route in own])
    states = {(state.key, state.app_name): state for state in RouteState.objects.filter(paused_at__isnull=False)}
    found = {route.app_name: AppSeen(route.app_name, route) for route in own}
    for name in counts:
        found.setdefault(name, AppSeen(name))
    for app in found.values():
        counted = counts.get(app.name, {})
        app.ways = [
            way_of(routes, states, app.name, kind, *counted.get(kind.type, (0, 0)))
            for kind in kinds_shown(counted, has_route=app.route is not None)
        ]
    apps = sorted(found.values(), key=lambda app: (app.route is None, app.name))
    return apps[:APPS_SHOWN], len(apps) > APPS_SHOWN


def kinds_shown(counted: Collection[str], *, has_route: bool) -> list[DeviceKind]:
    """Return the types of devices whose routes an app shows: phones, unless none of its devices is one.

    Others, such as browsers, are shown if there are any: no route can be chosen for them.
    """
    phones = phone_kinds()
    is_without_phones = counted and not has_route and not set(counted) & {kind.type for kind in phones}
    others = [kind for kind in device_kinds() if not kind.is_phone and kind.type in counted]
    return others if is_without_phones else phones + others


def counts_by_app(query: str, *, named: list[str]) -> dict[str, dict[str, tuple[int, int]]]:
    """Return the enabled and disabled devices of each type, by app: of those with most devices, and those named."""
    devices = Device.objects.filter(app_name__icontains=query) if query else Device.objects.all()
    largest = devices.order_by().values_list("app_name").annotate(n=Count("pk")).order_by("-n")[: APPS_SHOWN + 1]
    names = {name for name, _count in largest} | set(named)
    counted = Device.objects.filter(app_name__in=names).order_by().values_list("app_name", "type")
    counts: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for name, type, total, enabled in counted.annotate(
        total=Count("pk"), enabled=Count("pk", filter=Q(disabled_at=None))
    ):
        counts[name][type] = (enabled, total - enabled)
    return counts


def way_of(
    routes: Routes,
    states: dict[tuple[str, str], RouteState],
    app_name: str,
    kind: DeviceKind,
    enabled: int,
    disabled: int,
) -> AppWay:
    """Return how an app's devices of one type are reached."""
    way = AppWay(kind, enabled, disabled)
    route = routes.way_of(app_name, kind.type)
    if not isinstance(route, Route):
        way.problem = str(route.label)
        return way
    way.words = route_words(route)
    for scope in ((route.key, ""), (route.key, app_name)):
        state = states.get(scope)
        if state and state.fingerprint == route.fingerprint:
            way.paused_at = state.paused_at
    return way
