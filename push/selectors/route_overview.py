"""The apps with registered devices, their routes, and the paused routes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse

from push.models import AppRoute, Device, RouteState
from push.providers.provider import DeviceKind
from push.providers.registry import device_kinds, phone_kinds
from push.providers.routes import Route
from push.selectors.counts import DeviceCount
from push.selectors.route_texts import pause_step, pause_text, route_text
from push.selectors.routes import Routes, routes_current

# Apps register with any name, so the number of names is unlimited.
MAX_APPS = 100


@dataclass(frozen=True, slots=True)
class Pause:
    """A paused route, a sentence about the cause, and a link to fix it."""

    state: RouteState
    sentence: str
    step_url: str
    step: str

    @property
    def resume_url(self) -> str:
        return reverse("admin:push_approute_resume", args=[self.state.pk])


@dataclass(slots=True)
class AppTypeRoute:
    """The route to an app's devices of one type; `problem` is the reason if there is none."""

    type: DeviceKind
    enabled: int
    disabled: int
    text: str = ""
    problem: str = ""
    paused_at: datetime | None = None


@dataclass(slots=True)
class KnownApp:
    """An app with registered devices or with its own route."""

    name: str
    route: AppRoute | None = None
    type_routes: list[AppTypeRoute] = field(default_factory=list)

    @property
    def is_phones(self) -> bool:
        """Return True if the app can have its own route; browsers always use their own push services."""
        return any(route.type.is_phone for route in self.type_routes)

    @property
    def url(self) -> str:
        """Return the URL to change or add the app's route."""
        if self.route:
            return reverse("admin:push_approute_change", args=[self.route.pk])
        return reverse("admin:push_approute_add") + f"?app_name={self.name}"


def pauses(routes: Routes | None = None) -> list[Pause]:
    """Return the paused routes, latest first; `routes` can be passed if the caller has already queried them."""
    states = list(RouteState.objects.filter(paused_at__isnull=False).order_by("-paused_at"))
    current = {(route.key, route.fingerprint) for route in (routes or routes_current()).all()} if states else set()
    active = [state for state in states if (state.key, state.fingerprint) in current]
    return [Pause(state, pause_text(state), *pause_step(state)) for state in active]


def paused_routes(current_pauses: Iterable[Pause] | None = None) -> dict[str, Pause]:
    """Return the paused routes by their keys. The pause of a whole route takes precedence over that of a single app.

    `current_pauses` can be passed if the caller has already queried them.
    """
    paused = pauses() if current_pauses is None else current_pauses
    return {pause.state.key: pause for pause in sorted(paused, key=lambda pause: not pause.state.app_name)}


def known_apps(
    query: str = "", *, routes: Routes | None = None, devices: Iterable[DeviceCount] | None = None
) -> tuple[list[KnownApp], bool]:
    """Return the apps by name, those with their own route first, and whether there are more.

    `routes`, and without a query `devices`, can be passed if the caller has already queried them.
    """
    own = list(AppRoute.objects.filter(app_name__icontains=query)[: MAX_APPS + 1])
    named = [route.app_name for route in own]
    counts = counts_by_app(query, named=named) if devices is None else counts_of(devices, named=named)
    routes = routes or routes_current([route.app_name for route in own])
    states = {(state.key, state.app_name): state for state in RouteState.objects.filter(paused_at__isnull=False)}
    by_name = {route.app_name: KnownApp(route.app_name, route) for route in own}
    for name in counts:
        by_name.setdefault(name, KnownApp(name))
    for app in by_name.values():
        counted = counts.get(app.name, {})
        app.type_routes = [
            type_route_of(routes, states, app.name, kind, *counted.get(kind.type, (0, 0)))
            for kind in kinds_shown(counted, has_route=app.route is not None)
        ]
    apps = sorted(by_name.values(), key=lambda app: (app.route is None, app.name))
    return apps[:MAX_APPS], len(apps) > MAX_APPS


def kinds_shown(counted: Collection[str], *, has_route: bool) -> list[DeviceKind]:
    """Return the device types that are listed for an app: phones, unless it only has other devices.

    Other types, such as browsers, are listed if the app has such devices.
    """
    phones = phone_kinds()
    is_without_phones = counted and not has_route and not set(counted) & {kind.type for kind in phones}
    others = [kind for kind in device_kinds() if not kind.is_phone and kind.type in counted]
    return others if is_without_phones else phones + others


def counts_by_app(query: str, *, named: list[str]) -> dict[str, dict[str, tuple[int, int]]]:
    """Return the numbers of enabled and disabled devices by app and type, for the largest apps and the named ones."""
    devices = Device.objects.filter(app_name__icontains=query) if query else Device.objects.all()
    largest = devices.order_by().values_list("app_name").annotate(n=Count("pk")).order_by("-n")[: MAX_APPS + 1]
    names = {name for name, _count in largest} | set(named)
    counted = Device.objects.filter(app_name__in=names).order_by().values_list("app_name", "type")
    counts: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for name, type, total, enabled in counted.annotate(
        total=Count("pk"), enabled=Count("pk", filter=Q(disabled_at=None))
    ):
        counts[name][type] = (enabled, total - enabled)
    return counts


def counts_of(devices: Iterable[DeviceCount], *, named: Collection[str]) -> dict[str, dict[str, tuple[int, int]]]:
    """Return the same as :func:`counts_by_app` from devices that have been counted."""
    counts: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    totals: Counter[str] = Counter()
    for count in devices:
        enabled, disabled = counts[count.app_name].get(count.type, (0, 0))
        counts[count.app_name][count.type] = (enabled + count.enabled, disabled + count.disabled)
        totals[count.app_name] += count.enabled + count.disabled
    shown = {name for name, _total in totals.most_common(MAX_APPS + 1)}.union(named)
    return {name: by_type for name, by_type in counts.items() if name in shown}


def type_route_of(
    routes: Routes,
    states: dict[tuple[str, str], RouteState],
    app_name: str,
    kind: DeviceKind,
    enabled: int,
    disabled: int,
) -> AppTypeRoute:
    """Return the route to an app's devices of one type."""
    result = AppTypeRoute(kind, enabled, disabled)
    route = routes.route_of(app_name, kind.type)
    if not isinstance(route, Route):
        result.problem = str(route.label)
        return result
    result.text = route_text(route)
    for scope in ((route.key, ""), (route.key, app_name)):
        state = states.get(scope)
        if state and state.fingerprint == route.fingerprint:
            result.paused_at = state.paused_at
    return result
