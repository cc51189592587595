"""Parses and validates the bodies of `POST /push/v1/send`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from push.gateway.apps import Apps
from push.gateway.protocols.generic.payload import apple_payload, google_data
from push.gateway.requests import (
    BATCH_MAX_BYTES,
    BATCH_MAX_DEVICES,
    IDENTITY_MAX_LENGTH,
    InvalidRequestError,
    PushRequest,
    identity_of,
    integer_of,
    json_parse,
    object_of,
    text_of,
    token_of,
)
from push.models.settings import LIFETIME, LIFETIME_MAX
from push.providers.protocol import APN, GCM
from push.providers.pushes import Push
from workspace.errors import ApplicationError

SERVICES = {"apple": APN, "google": GCM}
TEXT_MAX_LENGTH = 8192


@dataclass(frozen=True, slots=True)
class DeviceEntry:
    """One of a request's devices: the caller's own id for it, and the push, or why there is none."""

    id: str
    requested: PushRequest | ApplicationError = field(repr=False)


def send_parse(body: bytes, *, idempotency_key: str, apps: Apps) -> list[DeviceEntry]:
    """Return the devices in order, each with its push or an error. Raises InvalidRequestError for an invalid body.

    `notification` applies to all devices, and each device can override its fields. With an `idempotency_key`, the
    identity of each push is derived from the key, the device and the notification, so that the request can be repeated.
    """
    document = json_parse(body, longest=BATCH_MAX_BYTES)
    shared = object_of(document, "notification")
    devices = document.get("devices")
    if not isinstance(devices, list) or not devices:
        raise InvalidRequestError("devices must be a list that is not empty")
    if len(devices) > BATCH_MAX_DEVICES:
        raise InvalidRequestError(f"devices must not be more than {BATCH_MAX_DEVICES}")
    return [entry_of(device, shared, idempotency_key, apps) for device in devices]


def entry_of(device: Any, shared: dict[str, Any], idempotency_key: str, apps: Apps) -> DeviceEntry:
    """Return one of the devices."""
    if not isinstance(device, dict):
        return DeviceEntry("", InvalidRequestError("Each of the devices must be an object"))
    id = device.get("id")
    id = id if isinstance(id, str) else ""
    try:
        fields = {**shared, **object_of(device, "notification")}
        return DeviceEntry(id, order_of(device, fields, idempotency_key, apps))
    except ApplicationError as error:
        return DeviceEntry(id, error)


def order_of(device: dict[str, Any], fields: dict[str, Any], idempotency_key: str, apps: Apps) -> PushRequest:
    """Return the push for a device; raises InvalidRequestError, and `error-app-unknown` (422)."""
    service = SERVICES.get(text_of(device, "service", required=True))
    if service is None:
        raise InvalidRequestError("service must be apple or google")
    app = apps.named(text_of(device, "app", required=True), type=service)
    if app.type != service:
        raise InvalidRequestError(f"The app has no keys for the service {device['service']}")
    title = text_of(fields, "title", longest=TEXT_MAX_LENGTH)
    body = text_of(fields, "body", longest=TEXT_MAX_LENGTH)
    badge = integer_of(fields, "badge", smallest=0)
    lifetime = integer_of(fields, "ttl", smallest=0)
    priority = text_of(fields, "priority") or "high"
    if priority not in ("high", "normal"):
        raise InvalidRequestError("priority must be high or normal")
    shows_text = bool(title or body)
    identity = identity_of(idempotency_key, device["app"], device.get("token"), fields) if idempotency_key else ""
    push = Push(
        type=service,
        token=token_of(service, device.get("token")),
        title=title,
        text=body,
        badge=badge,
        sound=text_of(fields, "sound"),
        topic=app.topic,
        payload=object_of(fields, "data"),
        category=text_of(fields, "category"),
        image=text_of(fields, "image"),
        is_silent=not shows_text and (badge is None or service != APN),
        is_passive=priority == "normal",
        identity=identity,
        collapse=text_of(fields, "collapse", longest=IDENTITY_MAX_LENGTH),
        lifetime=LIFETIME if lifetime is None else min(lifetime, LIFETIME_MAX),
        native=partial(apple_payload if service == APN else google_data, text_of(fields, "thread")),
    )
    production = device.get("production")
    chosen = production if isinstance(production, bool) else app.production
    return PushRequest(push, is_silent=not shows_text, production=chosen)
