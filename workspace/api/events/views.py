"""Endpoints to which applications report what happens in them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from rest_framework.request import Request

from workspace.api.base import Api, Represented, endpoint
from workspace.api.errors import TooManyRequestsError
from workspace.api.events.authentication import MINUTE, HasSource, SourceKeyAuthentication, source_of
from workspace.api.events.params import (
    BatchParams,
    EventDeleteParams,
    EventLinkParams,
    EventPresenceParams,
    EventReadParams,
    EventRoomParams,
    EventUserParams,
    ReportedMessageParams,
)
from workspace.api.events.quick import EventErrors, error_response
from workspace.api.events.reading import event_read, report_of
from workspace.api.events.results import (
    ACCEPTED,
    DUPLICATE,
    REFUSED,
    BatchResult,
    EventMessageResult,
    EventResult,
    LinkResult,
    decision_object,
    outcome_object,
    status_of,
)
from workspace.api.events.waiting import DEFAULT_SECONDS, decision_wait
from workspace.api.parsers import body_read
from workspace.api.throttling import Rate, usage_count
from workspace.errors import MissingPermissionError
from workspace.models import EventKind, EventSource
from workspace.services.events.carrying_out import reports_carry_out
from workspace.services.events.links import preferences_link
from workspace.services.events.managing import call_note
from workspace.services.events.reports import FieldError, Outcome, Report, ReportError

MESSAGE, USER, ROOM = EventKind.MESSAGE, EventKind.USER, EventKind.ROOM
READ, PRESENCE, DELETE = EventKind.READ, EventKind.PRESENCE, EventKind.DELETE


class SourceApi(Api):
    """An endpoint for sources. The caller is identified by the key of a source, and each event counts."""

    authentication_classes = [SourceKeyAuthentication]
    permission_classes = [HasSource]
    throttle_classes = []
    is_background = True

    def count(self, source: EventSource, events: int) -> None:
        """Count the events; raises TooManyRequestsError if the source has reported too many in this minute."""
        call_note(source=source)
        if not settings.API_RATE_LIMITING:
            return
        self.usage = usage_count(Rate(source.events_per_minute, MINUTE), f"events:{source.pk}", calls=events)
        if self.usage.exceeded:
            raise TooManyRequestsError(max(1, math.ceil(self.usage.wait())))

    def source_allowed(self, request: Request, kind: EventKind) -> EventSource:
        """Return the source, after counting one event; raises an error if it may not report events of this type."""
        source = source_of(request)
        if not source.allows(kind):
            raise MissingPermissionError()
        self.count(source, 1)
        return source

    def carry_out(self, request: Request, kind: EventKind, params: dict[str, Any]) -> Outcome:
        """Carry out a single event; raises an error that names the fields that are wrong."""
        source = self.source_allowed(request, kind)
        outcome = reports_carry_out(source=source, reports=[report_of(kind, params)])[0]
        if outcome.errors:
            raise error_response(outcome.errors)
        return outcome


class EventsMessageApi(SourceApi):
    @endpoint(
        params=ReportedMessageParams,
        result=EventMessageResult,
        summary="Report a message",
        description="The message is stored, and its receivers are notified as their preferences say. People and rooms "
        "that are new are created, if the source may. Repeating the call with the same `id` changes nothing.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        outcome = self.carry_out(request, MESSAGE, params)
        assert outcome.message is not None
        return {"status": status_of(outcome), "messageId": outcome.message.public_id, **decision_of([outcome], params)}


class EventsUserApi(SourceApi):
    @endpoint(params=EventUserParams, result=EventResult, summary="Report a person")
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"status": status_of(self.carry_out(request, USER, params))}


class EventsRoomApi(SourceApi):
    @endpoint(params=EventRoomParams, result=EventResult, summary="Report a room and its members")
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"status": status_of(self.carry_out(request, ROOM, params))}


class EventsReadApi(SourceApi):
    @endpoint(
        params=EventReadParams,
        result=EventResult,
        summary="Report that a person has read a room",
        description="Notifications that are not sent yet are dropped, and those on devices are removed.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"status": status_of(self.carry_out(request, READ, params))}


class EventsPresenceApi(SourceApi):
    @endpoint(
        params=EventPresenceParams,
        result=EventResult,
        summary="Report whether a person uses the application",
        description="People who use the application are not notified on their phones, unless they have chosen to be.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"status": status_of(self.carry_out(request, PRESENCE, params))}


class EventsDeleteApi(SourceApi):
    @endpoint(
        params=EventDeleteParams,
        result=EventResult,
        summary="Report that a message, room or person was deleted",
        description="Its notifications are dropped, and removed from devices.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"status": status_of(self.carry_out(request, DELETE, params))}


class EventsLinkApi(SourceApi):
    @endpoint(
        params=EventLinkParams,
        result=LinkResult,
        summary="Link to a person's preferences",
        description="The person opens the link within five minutes, in a window or, if the source allows the origin of "
        "the page, in a frame. It shows their notification preferences and devices for an hour.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        source = self.source_allowed(request, EventKind.LINK)
        try:
            url, expires_at = preferences_link(source=source, external_id=params["user"])
        except ReportError as error:
            raise error_response(error.errors) from error
        return {"url": url, "expiresAt": expires_at}


class EventsBatchApi(SourceApi):
    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        body_read(request._request, limit=settings.BATCH_MAX_SIZE)

    @endpoint(
        params=BatchParams,
        result=BatchResult,
        summary="Report up to 1,000 events",
        description="They are carried out in their order, each entirely or not at all. The result says which were "
        "refused, and which of their fields are wrong; the others are carried out nevertheless.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        source = source_of(request)
        self.count(source, len(params["events"]))
        outcomes = batch_carry_out(source, params["events"])
        statuses = Counter(map(status_of, outcomes))
        return Represented(
            success=True,
            accepted=statuses[ACCEPTED],
            duplicates=statuses[DUPLICATE],
            refused=statuses[REFUSED],
            results=[outcome_object(index, outcome) for index, outcome in enumerate(outcomes)],
            **decision_of(outcomes, params),
        )


def batch_carry_out(source: EventSource, events: Sequence[Any]) -> list[Outcome]:
    """Carry out the events that can be read and that the source may report, and return the outcome of each."""
    read = [read_allowed(source, event) for event in events]
    done = iter(reports_carry_out(source=source, reports=[one for one in read if not isinstance(one, Outcome)]))
    return [one if isinstance(one, Outcome) else next(done) for one in read]


def read_allowed(source: EventSource, event: Any) -> Report | Outcome:
    """Return the report in an event, or the outcome of one that is refused."""
    try:
        report = event_read(event)
    except EventErrors as error:
        return Outcome(errors=error.errors)
    if not source.allows(event["type"]):
        return Outcome(errors=[FieldError("type", "the source may not report events of this type")])
    return report


def decision_of(outcomes: Sequence[Outcome], params: dict[str, Any]) -> dict[str, Any]:
    """Return what was decided about the messages, if the call waits for it."""
    if "wait" not in params:
        return {}
    messages = {outcome.message.pk for outcome in outcomes if outcome.message is not None}
    return {"decision": decision_object(decision_wait(messages, seconds=params.get("waitSeconds", DEFAULT_SECONDS)))}
