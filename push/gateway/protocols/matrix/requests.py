"""Parses and validates the bodies of `POST /_matrix/push/v1/notify`."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Any

from push.gateway.requests import (
    InvalidRequestError,
    integer_of,
    json_parse,
    object_of,
    text_of,
)
from push.models.devices import TOKEN_MAX_LENGTH
from push.providers.protocol import APN, GCM

# An event may have 64 KiB, and the notification contains its content.
BODY_MAX_BYTES = 128 * 1024
# Homeservers notify one device per request, or a user's devices.
MAX_DEVICES = 100
# Names and ids are shortened to this length (characters), as in Sygnal.
FIELD_MAX_LENGTH = 1024
APPLE_TOKEN = re.compile(r"[0-9a-fA-F]{64,200}")
APPLE_TOKEN_BYTES = range(32, 101)


@dataclass(frozen=True, slots=True)
class MatrixDevice:
    """A device of the notified user. `default_payload` is None if the app has configured it wrongly."""

    app_id: str
    pushkey: str = field(repr=False)
    pushkey_ts: int = 0
    default_payload: dict[str, Any] | None = field(default_factory=dict, repr=False)
    sound: str = ""
    highlight: bool = False
    data: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def service(self) -> str:
        """Return the service that the pushkey looks like."""
        return APN if apple_token(self.pushkey) else GCM


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification of an event, or of changed counts if it has neither an event id nor a type."""

    devices: tuple[MatrixDevice, ...]
    event_id: str = ""
    room_id: str = ""
    type: str = ""
    sender: str = ""
    sender_name: str = field(default="", repr=False)
    room_name: str = field(default="", repr=False)
    room_alias: str = field(default="", repr=False)
    membership: str = ""
    user_is_target: bool = False
    is_low_priority: bool = False
    content: dict[str, Any] = field(default_factory=dict, repr=False)
    unread: int | None = None
    missed_calls: int | None = None

    @property
    def has_event(self) -> bool:
        """Return True if it is about an event, False if it only has new counts."""
        return bool(self.event_id or self.type)

    @property
    def is_id_only(self) -> bool:
        """Return True for the format `event_id_only`: the app fetches the event."""
        return bool(self.event_id) and not self.type

    @property
    def badge(self) -> int | None:
        """Return the number on the app's icon, or None if it does not change."""
        counts = [count for count in (self.unread, self.missed_calls) if count is not None]
        return sum(counts) if counts else None

    @property
    def body(self) -> str:
        """Return the text of a message."""
        body = self.content.get("body")
        return body if isinstance(body, str) and "msgtype" in self.content else ""


def notification_parse(body: bytes) -> Notification:
    """Return the notification. Unknown fields are ignored; raises InvalidRequestError, which names the field."""
    document = json_parse(body, longest=BODY_MAX_BYTES, repair=True)
    fields = object_of(document, "notification", required=True)
    devices = fields.get("devices")
    if not isinstance(devices, list) or not devices:
        raise InvalidRequestError("devices must be a list that is not empty")
    if len(devices) > MAX_DEVICES:
        raise InvalidRequestError(f"devices must not be more than {MAX_DEVICES}")
    counts = object_of(fields, "counts")
    return Notification(
        devices=tuple(device_parse(device) for device in devices),
        event_id=name_of(fields, "event_id"),
        room_id=name_of(fields, "room_id"),
        type=name_of(fields, "type"),
        sender=name_of(fields, "sender"),
        sender_name=name_of(fields, "sender_display_name"),
        room_name=name_of(fields, "room_name"),
        room_alias=name_of(fields, "room_alias"),
        membership=name_of(fields, "membership"),
        user_is_target=fields.get("user_is_target") is True,
        is_low_priority=fields.get("prio") == "low",
        content=object_of(fields, "content"),
        unread=integer_of(counts, "unread", smallest=0),
        missed_calls=integer_of(counts, "missed_calls", smallest=0),
    )


def name_of(fields: dict[str, Any], name: str) -> str:
    """Return the string in the field, shortened if it is too long."""
    return text_of(fields, name, longest=BODY_MAX_BYTES)[:FIELD_MAX_LENGTH]


def device_parse(device: Any) -> MatrixDevice:
    """Return a device; raises InvalidRequestError."""
    if not isinstance(device, dict):
        raise InvalidRequestError("Each of the devices must be an object")
    data, tweaks = object_of(device, "data"), object_of(device, "tweaks")
    default_payload = data.get("default_payload")
    sound = tweaks.get("sound")
    pushkey_ts = device.get("pushkey_ts")
    return MatrixDevice(
        app_id=text_of(device, "app_id", required=True),
        pushkey=text_of(device, "pushkey", required=True, longest=TOKEN_MAX_LENGTH),
        pushkey_ts=pushkey_ts if isinstance(pushkey_ts, int) else 0,
        default_payload=default_payload if isinstance(default_payload, dict) else None if default_payload else {},
        sound=sound[:FIELD_MAX_LENGTH] if isinstance(sound, str) else "",
        highlight=tweaks.get("highlight") is True,
        data=data,
    )


def apple_token(pushkey: str) -> str:
    """Return Apple's device token in hexadecimal digits; empty if the pushkey is not one.

    Apps register the token in base64, as Sygnal expects by default, or in hexadecimal digits.
    """
    if APPLE_TOKEN.fullmatch(pushkey):
        return pushkey.lower()
    try:
        raw = base64.b64decode(pushkey, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) in APPLE_TOKEN_BYTES else ""
