"""Pausing a route that is misconfigured, instead of failing what it carries and forgetting thousands of tokens.

What answers say of the credentials pauses the whole route at once. What they say of a token, but would say of all if
the app's name or project were the wrong one, pauses the app on that route once several devices have been answered so
and none has accepted anything. What belongs to a paused route waits. Now and then one push is sent as a probe: when it
is accepted, the route goes on, as it does with other credentials, or when an administrator says so.

The state is in the database, so that all workers act alike.
"""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from push.models import Answer, Device, EndReason, Notification, RouteState, is_waiting
from push.providers.answers import DETAIL_LENGTH, NOT_ADMITTED, SendAnswer
from push.providers.routes import Route
from push.rules.delays import first_due
from push.selectors.routes import Routes, routes_current
from push.waking import wake
from workspace.stored_json import value_or

log = logging.getLogger(__name__)

# So many devices answered alike, within this time and with none that accepted anything, are a burst.
BURST_DEVICES = 5
BURST_TIME = timedelta(minutes=10)
# Tokens of Apple's other service look like damaged ones; single ones are common, so longer peace speaks for them.
WRONG_SERVICE = "BadDeviceToken"
WRONG_SERVICE_TIME = timedelta(days=1)
# Speaks of the push service behind one token, and only by its status of the credentials.
OF_ONE_TOKEN = "THIRD_PARTY_AUTH_ERROR"  # noqa: S105 (a code, no secret)
# The first probe is sent after this long; each that fails doubles the time to the next, up to the limit.
PROBE_AFTER = timedelta(minutes=1)
PROBE_LIMIT = timedelta(minutes=30)

Scope = tuple[str, str]
Answered = Sequence[tuple[Device, SendAnswer]]


@dataclass(slots=True)
class Breaker:
    """What is known of the routes at the beginning of a round, and which of them accepted pushes in it.

    `accepting` has the apps, by the key and fingerprint of their route.
    """

    states: dict[Scope, RouteState]
    now: datetime
    accepting: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    _until: dict[Scope, datetime] = field(default_factory=dict)

    def held_until(self, route: Route, device: Device, *, is_test: bool = False) -> datetime | None:
        """Return when to look again, for a device whose route is paused; None where a push may be sent.

        A test push always may. Of the others, one may when it is time for a probe.
        """
        state = self.pause_of(route, device.app_name)
        if state is None or is_test or self._probe_take(state):
            return None
        scope = (state.key, state.app_name)
        if scope not in self._until:
            # Not all at the moment of the probe, which takes one of them.
            wait = interval(state.probes) * random.uniform(0, 1)  # noqa: S311 (spreads load, guards nothing)
            self._until[scope] = max(state.probe_at or self.now, self.now) + wait
        return self._until[scope]

    def pause_of(self, route: Route, app_name: str) -> RouteState | None:
        """Return the pause that concerns an app on the route."""
        for scope in ((route.key, ""), (route.key, app_name)):
            state = self.states.get(scope)
            if state and state.paused_at and state.fingerprint == route.fingerprint:
                return state
        return None

    def _probe_take(self, state: RouteState) -> bool:
        """Return whether this worker is the one to send the probe that is due."""
        if state.probe_at is None or state.probe_at > self.now:
            return False
        due, state.probe_at = state.probe_at, self.now + interval(state.probes + 1)
        mine = RouteState.objects.filter(pk=state.pk, probe_at=due)
        return bool(mine.update(probe_at=state.probe_at, probes=min(state.probes + 1, 100)))


def interval(probes: int) -> timedelta:
    """Return the time from one probe to the next after so many of them."""
    doubled: timedelta = PROBE_AFTER * 2 ** min(probes, 16)
    return min(doubled, PROBE_LIMIT)


def breaker_read(now: datetime) -> Breaker:
    """Return what is known of the routes; few rows, and none where all is well."""
    return Breaker({(state.key, state.app_name): state for state in RouteState.objects.all()}, now)


def answers_judge(*, breaker: Breaker, route: Route, answered: Answered, now: datetime) -> list[SendAnswer]:
    """Return the answers of one route, in which those that paused it have become `held`.

    To be called in the transaction that records them. A route that accepted something in this round goes on, even if
    the answers come one after the other.
    """
    judged = [answer for _device, answer in answered]
    accepted = {device.app_name for device, answer in answered if answer.answer == Answer.ACCEPTED}
    if accepted:
        accepted_note(breaker, route, accepted)
    accepting = breaker.accepting.setdefault((route.key, route.fingerprint), set())
    accepting |= accepted
    for app_name, places in suspects_by_scope(answered, accepting).items():
        devices = [answered[place][0] for place in places]
        worst = answered[places[0]][1]
        if suspicion_note(breaker, route, app_name, devices, worst, now=now):
            for place in places:
                judged[place] = SendAnswer(Answer.HELD, worst.status, worst.detail, reason=worst.reason)
    return judged


def suspects_by_scope(answered: Answered, accepting: set[str]) -> dict[str, list[int]]:
    """Return the places of the answers that may pause the whole route (under an empty name), or an app on it."""
    scopes: dict[str, list[int]] = defaultdict(list)
    for place, (device, answer) in enumerate(answered):
        of_all = answer.answer == Answer.UNAUTHORIZED and answer.reason != OF_ONE_TOKEN
        if answer.misconfigured and of_all and not accepting:
            scopes[""].append(place)
        elif (answer.misconfigured or answer.reason == WRONG_SERVICE) and device.app_name not in accepting:
            scopes[device.app_name].append(place)
    return scopes


def suspicion_note(
    breaker: Breaker, route: Route, app_name: str, devices: Sequence[Device], answer: SendAnswer, *, now: datetime
) -> bool:
    """Note what was answered of these devices and return whether the route, or the app on it, is paused now."""
    RouteState.objects.get_or_create(key=route.key, app_name=app_name, defaults={"fingerprint": route.fingerprint})
    state = RouteState.objects.select_for_update().get(key=route.key, app_name=app_name)
    if state.fingerprint != route.fingerprint or (state.paused_at is None and state.suspected_at < now - BURST_TIME):
        state.fingerprint, state.suspects, state.paused_at = route.fingerprint, [], None
        state.suspected_at = now
    state.suspects = list(dict.fromkeys([*suspects_of(state), *(device.pk for device in devices)]))[:BURST_DEVICES]
    state.status, state.reason, state.detail = answer.status, answer.reason, answer.detail[:DETAIL_LENGTH]
    if state.paused_at is None and is_burst(state, devices, answer, now=now):
        state.paused_at, state.probes, state.probe_at = now, 0, now + PROBE_AFTER
        log.warning("The route %s is paused: %s %s", state, answer.status or "", answer.reason or answer.detail)
    state.save()
    breaker.states[state.key, state.app_name] = state
    return state.paused_at is not None


def suspects_of(state: RouteState) -> list[int]:
    """Return the keys of the devices whose pushes were refused since the route or app came under suspicion."""
    return value_or(list[int], state.suspects, [], name="RouteState.suspects")


def is_burst(state: RouteState, devices: Sequence[Device], answer: SendAnswer, *, now: datetime) -> bool:
    """Return whether what is suspected is so of the whole route, or of the whole app on it."""
    if not state.app_name:
        return True
    kin = Device.objects.filter(type__in={device.type for device in devices})
    peace = WRONG_SERVICE_TIME if answer.reason == WRONG_SERVICE else BURST_TIME
    lately = kin.filter(app_name=state.app_name, last_accepted_at__gte=now - peace)
    return len(suspects_of(state)) >= BURST_DEVICES and not lately.exists()


def accepted_note(breaker: Breaker, route: Route, app_names: Iterable[str]) -> None:
    """Forget what was held against the route and these apps on it: it works."""
    proven = [scope for scope in ((route.key, name) for name in ("", *app_names)) if scope in breaker.states]
    for key, app_name in proven:
        state = breaker.states.pop((key, app_name))
        RouteState.objects.filter(pk=state.pk).delete()
        if state.paused_at:
            held_release()


@transaction.atomic
def route_resume(*, state: RouteState) -> None:
    """Let a paused route go on; what waited for it is due now."""
    RouteState.objects.filter(pk=state.pk).delete()
    held_release()


@transaction.atomic
def gateways_resume() -> None:
    """Let the gateways go on that refused the workspace itself: its cloud admits it again."""
    if RouteState.objects.filter(app_name="", reason__in=NOT_ADMITTED).delete()[0]:
        held_release()


@transaction.atomic
def pauses_review() -> None:
    """Forget the pauses of routes that are gone or have other credentials by now, and of apps whose route changed."""
    routes = routes_current()
    stale = [state for state in RouteState.objects.all() if not concerns(state, routes)]
    if stale:
        RouteState.objects.filter(pk__in=[state.pk for state in stale]).delete()
        held_release()


def concerns(state: RouteState, routes: Routes) -> bool:
    """Return whether what is held against a route still concerns one, and the app on it if it names one."""
    ways = [*routes.routes_of(state.app_name).values(), *routes.own_routes()] if state.app_name else routes.all()
    return any(isinstance(way, Route) and (way.key, way.fingerprint) == (state.key, state.fingerprint) for way in ways)


def held_release() -> None:
    """Let everything that waits for a paused route be due now; what still has to wait is held again."""
    held = Notification.objects.filter(is_waiting(), reason=EndReason.ROUTE_PAUSED)
    if held.update(due_at=timezone.now(), first_due_at=first_due(), reason=""):
        wake("dispatch")
