"""Sending through Apprise's plugins, whose requests are made by this application (replay.py)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from push.http.exchanges import NOT_PUBLIC
from push.http.requests import HttpAnswer, HttpRequest, Lane, origin_of
from push.models import Answer
from push.providers.answers import DETAIL_LENGTH, SendAnswer
from push.providers.apprise.addresses import plugin_notify, plugin_of
from push.providers.apprise.meanings import ACCEPTED, NOT_ALLOWED, UNUSABLE, meaning_of
from push.providers.apprise.replay import MOST_REQUESTS, Suspended, replaying
from push.providers.apprise.services import schema_of
from push.providers.endpoints import EndpointError, endpoint_split, is_trusted, proxied_check
from push.providers.meanings import patient, unanswered
from push.providers.routes import DevicePush, Route
from push.providers.steps import Part, Steps
from push.providers.tokens import TokenError
from workspace.logs.events import LogEvent

PLUGIN_FAILED = LogEvent(
    "transport.plugin_failed",
    "Apprise's plugin for a service failed, so the notification was not sent.",
    {"schema": "the name of the service", "problem": "the kind of error"},
    logging.ERROR,
)

# Requests to one service that may be in progress. Services limit their callers, some to one request per second.
CONCURRENCY = 8
# The library sets these itself.
SET_BY_ENGINE = {"content-length", "host", "connection", "accept-encoding"}
METHODS = ("GET", "POST", "PUT", "DELETE")


def apprise_transport(pushes: Sequence[DevicePush], *, route: Route) -> list[Part]:
    """Send the pushes to their services, each on its own."""
    return [Part((place,), push_steps(push, schemas=route.way.schemas)) for place, push in enumerate(pushes)]


def push_steps(push: DevicePush, *, schemas: frozenset[str]) -> Steps:
    """Send one notification if the administrator still allows the service."""
    address = push.device.auth_secret
    if schema_of(address) not in schemas:
        return [SendAnswer(Answer.REFUSED, detail=str(NOT_ALLOWED.sentence), reason=NOT_ALLOWED.reason)]
    return (yield from address_steps(address, title=push.options["title"], text=push.options["text"]))


def address_steps(address: str, *, title: str, text: str) -> Steps:
    """Send one notification to an address."""
    answers: list[HttpAnswer] = []
    while True:
        try:
            # Each run gets a new plugin, because the run before it may have changed its state.
            plugin = plugin_of(address)
            with replaying(answers):
                was_sent = plugin_notify(plugin, title=title, text=text)
        except Suspended as stopped:
            if len(answers) == MOST_REQUESTS:
                return [unusable("The service needs too many requests.")]
            try:
                request = engine_request(stopped.request)
            except EndpointError as error:
                return [unusable(str(error))]
            answers += yield [request]
            continue
        except TokenError as error:
            return [unusable(error.message)]
        except Exception as error:
            # The message could contain the address.
            PLUGIN_FAILED.log(schema=schema_of(address), problem=type(error).__name__)
            return [unusable(type(error).__name__)]
        return [answers_read(answers, was_sent=was_sent)]


def unusable(detail: str) -> SendAnswer:
    """Return the result for an address that nothing can be sent to."""
    return SendAnswer(Answer.REFUSED, detail=detail[:DETAIL_LENGTH], reason=UNUSABLE.reason)


def engine_request(request: Any) -> HttpRequest:
    """Return a plugin's request as one of the engine; raises EndpointError for an address that may not be sent to."""
    parts = endpoint_split(request.url)
    proxied_check(parts)
    if request.method not in METHODS:
        raise EndpointError("The service needs a method that is not supported.")
    body = request.body or b""
    public_only = not is_trusted(parts)
    return HttpRequest(
        url=request.url,
        body=body.encode() if isinstance(body, str) else body,
        headers=tuple(
            f"{name}: {value.decode() if isinstance(value, bytes) else value}"
            for name, value in request.headers.items()
            if name.lower() not in SET_BY_ENGINE
        ),
        lane=Lane(f"apprise {origin_of(request.url)}", concurrency=CONCURRENCY, public_only=public_only),
        method=request.method,
        public_only=public_only,
    )


def answers_read(answers: Sequence[HttpAnswer], *, was_sent: bool) -> SendAnswer:
    """Return what the answers of a service mean, by the last of them; `was_sent` is what Apprise makes of them."""
    if not answers:
        return unusable("The service cannot be used with this address.")
    last = answers[-1]
    if was_sent:
        return ACCEPTED.read(last)
    if last.status is None:
        return SendAnswer(Answer.REFUSED, detail=NOT_PUBLIC) if last.error == NOT_PUBLIC else unanswered(last)
    return patient(meaning_of(last.status).read(last), last)
