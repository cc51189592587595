"""Renews access tokens for the gateway, and watches the quota.

Every synchronization renews an access token that is about to expire (cloud/services/sync.py). This module renews tokens
that a gateway has refused.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from django.db import Error, connection

from cloud.client import CloudError
from cloud.services.connection import access_token_renew
from cloud.services.sync import sync_soon
from push.providers.answers import QUOTA_EXHAUSTED, SendAnswer
from push.providers.routes import Route
from push.selectors.routes import GATEWAY, gateway_route
from workspace.logs.events import LogEvent

ACCESS_NOT_RENEWED = LogEvent(
    "gateway.access_not_renewed",
    "A new authorization for the gateway could not be requested.",
    level=logging.ERROR,
)
ACCESS_REFUSED = LogEvent(
    "gateway.access_refused",
    "The gateway refuses the authorization, and the cloud issues no other.",
    {"code": "the code of the error", "problem": "the error"},
    logging.WARNING,
)

# Called with the new access token; empty if there is none.
Renewed = Callable[[str], None]


class Renewals:
    """Requests for new access tokens. For each refused token, one thread asks the cloud once, however many need it.

    An unresponsive cloud takes eight seconds, so no dispatch may wait for it.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: dict[str, list[Renewed]] = defaultdict(list)

    def request(self, refused: str, renewed: Renewed) -> None:
        """Call `renewed` in another thread once the cloud has answered; within a transaction, call it at once.

        No other thread could read what the transaction has written.
        """
        if connection.in_atomic_block:
            renewed(token_renew(refused))
            return
        with self._guard:
            is_first = refused not in self._waiting
            self._waiting[refused].append(renewed)
        if is_first:
            threading.Thread(target=self._run, args=[refused], name="push-access", daemon=True).start()

    def give_up(self) -> None:
        """Stop waiting for the cloud: nobody gets a token."""
        with self._guard:
            waiting = [renewed for callbacks in self._waiting.values() for renewed in callbacks]
            self._waiting.clear()
        for renewed in waiting:
            renewed("")

    def _run(self, refused: str) -> None:
        token = ""
        try:
            token = token_renew(refused)
        except Error:
            ACCESS_NOT_RENEWED.exception()
        finally:
            connection.close()
            with self._guard:
                waiting = self._waiting.pop(refused, [])
            for renewed in waiting:
                renewed(token)


renewals = Renewals()


def token_renew(refused: str) -> str:
    """Return a new access token from the cloud; empty if it gives none."""
    try:
        return access_token_renew(refused=refused)
    except CloudError as error:
        ACCESS_REFUSED.log(code=error.code, problem=error.message)
        return ""


def is_renewable(route: Route) -> bool:
    """Return True if the route uses an access token that the cloud can renew."""
    return route.kind == GATEWAY and bool(route.way.access_token)


def route_with(route: Route, token: str) -> Route:
    """Return the route to the same gateways with another access token."""
    renewed = gateway_route(replace(route.way, access_token=token), app_name=route.app_name)
    return replace(renewed, lane=route.lane)


def quota_watch(answers: Iterable[SendAnswer]) -> None:
    """Schedule a synchronization that warns the administrators if a gateway reports how much of the quota is used."""
    told = [100 if answer.reason == QUOTA_EXHAUSTED else answer.quota_used for answer in answers]
    percent = max((percent for percent in told if percent is not None), default=None)
    if percent is not None:
        sync_soon(percent=percent)
