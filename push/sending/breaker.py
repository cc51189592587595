"""Pauses misconfigured routes, instead of failing their pushes and removing thousands of valid tokens.

A response that the credentials are invalid pauses the whole route at once. A response that a token is invalid may also
mean that the app's name or project is wrong; it pauses the app on that route if several devices got it and none has
accepted anything. Pushes on a paused route wait. From time to time one push is sent as a probe. The route resumes when
a probe is accepted, when the credentials change, or when an administrator resumes it.

The state is in the database, so that all workers share it.
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
from push.services.webhooks.events import route_paused
from push.waking import wake
from workspace.logs.events import LogEvent
from workspace.stored_json import value_or

ROUTE_PAUSED = LogEvent(
    "route.paused",
    "A route was paused, because a provider or gateway refuses its credentials or requests. Notifications wait.",
    {
        "route": "the route",
        "app": "the app, if only it is paused",
        "status": "the HTTP status",
        "reason": "the provider's own code",
        "detail": "the provider's own words",
    },
    logging.WARNING,
)

# A burst: this many devices got such a response within this time, and none accepted anything.
BURST_DEVICES = 5
BURST_TIME = timedelta(minutes=10)
# Tokens of Apple's other environment look invalid. Single ones are common, so a longer time is used.
WRONG_SERVICE = "BadDeviceToken"
WRONG_SERVICE_TIME = timedelta(days=1)
# Concerns the push service of one token only, although its status suggests invalid credentials.
OF_ONE_TOKEN = "THIRD_PARTY_AUTH_ERROR"  # noqa: S105 (a code, no secret)
# The time until the first probe. Each failed probe doubles the time until the next one, up to the limit.
PROBE_AFTER = timedelta(minutes=1)
PROBE_LIMIT = timedelta(minutes=30)

Scope = tuple[str, str]
Answered = Sequence[tuple[Device, SendAnswer]]


@dataclass(slots=True)
class Breaker:
    """The states of the routes at the beginning of a round, and the apps whose pushes were accepted in it.

    `accepting` contains these apps, by the key and fingerprint of their route.
    """

    states: dict[Scope, RouteState]
    now: datetime
    accepting: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    _until: dict[Scope, datetime] = field(default_factory=dict)

    def held_until(self, route: Route, device: Device, *, is_test: bool = False) -> datetime | None:
        """Return when to check again if the device's route is paused; None if a push may be sent.

        Test pushes may always be sent. When a probe is due, one other push may be sent.
        """
        state = self.pause_of(route, device.app_name)
        if state is None or is_test or self._probe_take(state):
            return None
        scope = (state.key, state.app_name)
        if scope not in self._until:
            # Spread them out: only one of them is used as the probe.
            wait = interval(state.probes) * random.uniform(0, 1)  # noqa: S311 (spreads load, guards nothing)
            self._until[scope] = max(state.probe_at or self.now, self.now) + wait
        return self._until[scope]

    def pause_of(self, route: Route, app_name: str) -> RouteState | None:
        """Return the pause that applies to an app on the route; None if there is none."""
        for scope in ((route.key, ""), (route.key, app_name)):
            state = self.states.get(scope)
            if state and state.paused_at and state.fingerprint == route.fingerprint:
                return state
        return None

    def _probe_take(self, state: RouteState) -> bool:
        """Return True if a probe is due and this worker has claimed it."""
        if state.probe_at is None or state.probe_at > self.now:
            return False
        due, state.probe_at = state.probe_at, self.now + interval(state.probes + 1)
        mine = RouteState.objects.filter(pk=state.pk, probe_at=due)
        return bool(mine.update(probe_at=state.probe_at, probes=min(state.probes + 1, 100)))


def interval(probes: int) -> timedelta:
    """Return the time until the next probe after this many probes."""
    doubled: timedelta = PROBE_AFTER * 2 ** min(probes, 16)
    return min(doubled, PROBE_LIMIT)


def breaker_read(now: datetime) -> Breaker:
    """Return the states of the routes. Routes without problems have no rows."""
    return Breaker({(state.key, state.app_name): state for state in RouteState.objects.all()}, now)


def answers_judge(*, breaker: Breaker, route: Route, answered: Answered, now: datetime) -> list[SendAnswer]:
    """Return the responses of one route. Those that paused it are replaced by `held`.

    Must be called in the transaction that records them. A route that accepted a push in this round is not paused, even
    if the responses arrive one by one.
    """
    judged = [answer for _device, answer in answered]
    accepted = {device.app_name for device, answer in answered if answer.answer == Answer.ACCEPTED}
    if accepted:
        accepted_record(breaker, route, accepted)
    accepting = breaker.accepting.setdefault((route.key, route.fingerprint), set())
    accepting |= accepted
    for app_name, places in suspects_by_scope(answered, accepting).items():
        devices = [answered[place][0] for place in places]
        worst = answered[places[0]][1]
        if suspicion_record(breaker, route, app_name, devices, worst, now=now):
            for place in places:
                judged[place] = SendAnswer(Answer.HELD, worst.status, worst.detail, reason=worst.reason)
    return judged


def suspects_by_scope(answered: Answered, accepting: set[str]) -> dict[str, list[int]]:
    """Return the indexes of responses that may pause the whole route (key ""), or an app on it (key: its name)."""
    scopes: dict[str, list[int]] = defaultdict(list)
    for place, (device, answer) in enumerate(answered):
        of_all = answer.answer == Answer.UNAUTHORIZED and answer.reason != OF_ONE_TOKEN
        if answer.misconfigured and of_all and not accepting:
            scopes[""].append(place)
        elif (answer.misconfigured or answer.reason == WRONG_SERVICE) and device.app_name not in accepting:
            scopes[device.app_name].append(place)
    return scopes


def suspicion_record(
    breaker: Breaker, route: Route, app_name: str, devices: Sequence[Device], answer: SendAnswer, *, now: datetime
) -> bool:
    """Record a suspicious response for these devices; return True if the route, or the app on it, is now paused."""
    RouteState.objects.get_or_create(key=route.key, app_name=app_name, defaults={"fingerprint": route.fingerprint})
    state = RouteState.objects.select_for_update().get(key=route.key, app_name=app_name)
    if state.fingerprint != route.fingerprint or (state.paused_at is None and state.suspected_at < now - BURST_TIME):
        state.fingerprint, state.suspects, state.paused_at = route.fingerprint, [], None
        state.suspected_at = now
    state.suspects = list(dict.fromkeys([*suspects_of(state), *(device.pk for device in devices)]))[:BURST_DEVICES]
    state.status, state.reason, state.detail = answer.status, answer.reason, answer.detail[:DETAIL_LENGTH]
    if state.paused_at is None and is_burst(state, devices, answer, now=now):
        state.paused_at, state.probes, state.probe_at = now, 0, now + PROBE_AFTER
        ROUTE_PAUSED.log(
            route=state.key, app=state.app_name, status=answer.status, reason=answer.reason, detail=answer.detail
        )
        route_paused(state)
    state.save()
    breaker.states[state.key, state.app_name] = state
    return state.paused_at is not None


def suspects_of(state: RouteState) -> list[int]:
    """Return the keys of devices whose pushes were refused since the route or app became suspicious."""
    return value_or(list[int], state.suspects, [], name="RouteState.suspects")


def is_burst(state: RouteState, devices: Sequence[Device], answer: SendAnswer, *, now: datetime) -> bool:
    """Return True if the problem concerns the whole route, or the whole app on it."""
    if not state.app_name:
        return True
    kin = Device.objects.filter(type__in={device.type for device in devices})
    peace = WRONG_SERVICE_TIME if answer.reason == WRONG_SERVICE else BURST_TIME
    lately = kin.filter(app_name=state.app_name, last_accepted_at__gte=now - peace)
    return len(suspects_of(state)) >= BURST_DEVICES and not lately.exists()


def accepted_record(breaker: Breaker, route: Route, app_names: Iterable[str]) -> None:
    """Delete the states of the route and of these apps on it, because pushes were accepted."""
    proven = [scope for scope in ((route.key, name) for name in ("", *app_names)) if scope in breaker.states]
    for key, app_name in proven:
        state = breaker.states.pop((key, app_name))
        RouteState.objects.filter(pk=state.pk).delete()
        if state.paused_at:
            held_release()


@transaction.atomic
def route_resume(*, state: RouteState) -> None:
    """Resume a paused route. Items that waited for it are due now."""
    RouteState.objects.filter(pk=state.pk).delete()
    held_release()


@transaction.atomic
def gateways_resume() -> None:
    """Resume gateways that had refused the workspace, because the cloud admits it again."""
    if RouteState.objects.filter(app_name="", reason__in=NOT_ADMITTED).delete()[0]:
        held_release()


@transaction.atomic
def pauses_review() -> None:
    """Delete pauses of routes that no longer exist or have new credentials, and of apps whose route changed."""
    routes = routes_current()
    stale = [state for state in RouteState.objects.all() if not concerns(state, routes)]
    if stale:
        RouteState.objects.filter(pk__in=[state.pk for state in stale]).delete()
        held_release()


def concerns(state: RouteState, routes: Routes) -> bool:
    """Return True if the state still matches a current route, and the app on it if the state has one."""
    ways = [*routes.routes_of(state.app_name).values(), *routes.own_routes()] if state.app_name else routes.all()
    return any(isinstance(way, Route) and (way.key, way.fingerprint) == (state.key, state.fingerprint) for way in ways)


def held_release() -> None:
    """Make all items that wait for a paused route due now. Items whose route is still paused are held again."""
    held = Notification.objects.filter(is_waiting(), reason=EndReason.ROUTE_PAUSED)
    if held.update(due_at=timezone.now(), first_due_at=first_due(), reason=""):
        wake("dispatch")
