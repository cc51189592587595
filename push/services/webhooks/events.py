"""Stores events for the endpoints that are informed of them. Without such an endpoint, nothing is read or written.

Events contain ids, never names, texts or tokens. An event has the same id however often it is stored, so a repeated
change is reported once.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import Error, transaction
from django.db.models import F
from django.utils import timezone

from push.models import (
    Attempt,
    Device,
    DisabledReason,
    Notification,
    RouteState,
    State,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from push.services.webhooks.subscriptions import subscriptions
from workspace.logs.events import LogEvent

EVENTS_NOT_STORED = LogEvent(
    "webhook.events_not_stored",
    "Events for outgoing webhooks could not be stored, and are lost.",
    level=logging.ERROR,
)

# Events of one endpoint that may wait; further ones are dropped and counted.
WAITING_LIMIT = 10_000
# Any fixed value, by which ids of events differ from other ids made from the same texts.
NAMESPACE = uuid.UUID("b7d0a5a4-6a57-4e0e-9f5c-0c5e7d1a6f3e")

OF_STATE = {State.SENT: WebhookEvent.SENT, State.FAILED: WebhookEvent.FAILED}


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """An event: `key` identifies what happened among events of its type."""

    key: str
    data: Mapping[str, Any]
    at: datetime


def events_store(type: str, events: Iterable[OutgoingEvent], *, endpoints: Collection[int]) -> None:
    """Store the events for these endpoints (given by key), in one statement for all.

    An error is logged: it must not prevent what the events report.
    """
    bodies = [(event_id(type, event.key), body_of(type, event)) for event in events]
    if not bodies or not endpoints:
        return
    try:
        with transaction.atomic():
            rows = [
                WebhookDelivery(endpoint_id=endpoint, event_id=identity, type=type, body=body)
                for endpoint in endpoints_with_room(endpoints, wanted=len(bodies))
                for identity, body in bodies
            ]
            WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    except Error:
        EVENTS_NOT_STORED.exception()


def endpoints_with_room(endpoints: Collection[int], *, wanted: int) -> list[int]:
    """Return the endpoints that have room for so many more events, and count the events for the others as dropped."""
    full = [
        endpoint
        for endpoint in endpoints
        if WebhookDelivery.objects.filter(endpoint=endpoint, next_at__isnull=False)[WAITING_LIMIT:].exists()
    ]
    if full:
        WebhookEndpoint.objects.filter(pk__in=full).update(dropped=F("dropped") + wanted)
    return [endpoint for endpoint in endpoints if endpoint not in full]


def event_id(type: str, key: str) -> str:
    """Return the id of an event, which is the same whenever it is made from the same texts."""
    return f"msg_{uuid.uuid5(NAMESPACE, f'{type} {key}').hex}"


def body_of(type: str, event: OutgoingEvent) -> str:
    """Return what is sent: JSON with the type, the time and the data (Standard Webhooks, "Payload structure")."""
    content = {"type": type, "timestamp": event.at.isoformat(), "data": event.data}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def notifications_ended(keys: Collection[int], *, state: State) -> None:
    """Report notifications (given by key) that are now in this final state."""
    type = OF_STATE.get(state)
    endpoints = subscriptions.to(type) if type else []
    if not type or not endpoints or not keys:
        return
    ended = Notification.objects.filter(pk__in=keys, state=state, finished_at__isnull=False).order_by("pk")
    rows = ended.values_list(
        *("pk", "user__public_id", "room__public_id", "message__public_id"),
        *("channel", "rule", "reason", "created_at", "finished_at"),
    )
    events = [
        OutgoingEvent(
            f"{pk} {finished_at.isoformat()}",
            {
                "notification": str(pk),
                "user": user,
                "room": room,
                "message": message,
                "channel": channel,
                "rule": rule,
                **({"reason": reason} if state == State.FAILED else {}),
                "created_at": created_at.isoformat(),
            },
            finished_at,
        )
        for pk, user, room, message, channel, rule, reason, created_at, finished_at in rows
    ]
    events_store(type, events, endpoints=endpoints)


def notification_received(*, notification: int, devices: Collection[int], at: datetime) -> None:
    """Report that devices (given by key) have confirmed a notification for the first time."""
    endpoints = subscriptions.to(WebhookEvent.RECEIVED)
    if not endpoints:
        return
    confirmed = Attempt.objects.filter(notification=notification, device__in=devices, received_at=at)
    rows = confirmed.values_list(
        "device__public_id", "notification__user__public_id", "notification__message__public_id"
    )
    events = [
        OutgoingEvent(
            f"{notification} {device}",
            {"notification": str(notification), "user": user, "message": message, "device": device},
            at,
        )
        for device, user, message in rows
    ]
    events_store(WebhookEvent.RECEIVED, events, endpoints=endpoints)


def devices_removed(devices: Collection[Device], *, reason: str) -> None:
    """Report devices that get no more notifications: `removed`, or the reason for disabling them."""
    endpoints = subscriptions.to(WebhookEvent.DEVICE_REMOVED)
    if not endpoints:
        return
    now = timezone.now()
    events = [
        OutgoingEvent(
            f"{device.public_id} {device.registered_at.isoformat()}",
            {
                "device": device.public_id,
                "user": device.user.public_id,
                "type": device.type,
                "app": device.app_name,
                "reason": reason,
            },
            now,
        )
        for device in devices
    ]
    events_store(WebhookEvent.DEVICE_REMOVED, events, endpoints=endpoints)


def devices_died(keys: Collection[int], *, at: datetime) -> None:
    """Report the devices among these (given by key) whose token was found to be invalid at this time."""
    if keys and subscriptions.to(WebhookEvent.DEVICE_REMOVED):
        dead = Device.objects.filter(pk__in=keys, disabled_at=at, disabled_reason=DisabledReason.TOKEN_DEAD)
        devices_removed(list(dead.select_related("user")), reason=DisabledReason.TOKEN_DEAD.value)


def route_paused(state: RouteState) -> None:
    """Report that a route, or one app on it, was paused."""
    endpoints = subscriptions.to(WebhookEvent.ROUTE_PAUSED)
    if not endpoints or state.paused_at is None:
        return
    data = {
        "route": state.key,
        "app": state.app_name,
        "status": state.status,
        "reason": state.reason,
        "paused_at": state.paused_at.isoformat(),
    }
    event = OutgoingEvent(f"{state.key} {state.app_name} {data['paused_at']}", data, state.paused_at)
    events_store(WebhookEvent.ROUTE_PAUSED, [event], endpoints=endpoints)


def quota_passed(*, month: str, percent: int, used: int, limit: int | None) -> None:
    """Report that the used part of the month's quota has passed a threshold."""
    type = WebhookEvent.QUOTA_EXHAUSTED if percent >= 100 else WebhookEvent.QUOTA_WARNING
    data = {"month": month, "percent": percent, "used": used, "limit": limit}
    event = OutgoingEvent(f"{month} {percent}", data, timezone.now())
    events_store(type, [event], endpoints=subscriptions.to(type))
