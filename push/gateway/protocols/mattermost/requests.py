"""Parses the bodies of a Mattermost server's requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from push.gateway.requests import BODY_MAX_BYTES, InvalidRequestError, json_parse, text_of
from push.models.devices import TOKEN_MAX_LENGTH
from push.providers.protocol import APN, GCM

MESSAGE, CLEAR, UPDATE_BADGE, SESSION, TEST = "message", "clear", "update_badge", "session", "test"
# These change what a device shows, and show nothing themselves.
UPDATES = (CLEAR, UPDATE_BADGE)
# Fields that apps are sent under the same name, if they are not empty.
PASSED_ON = (
    "ack_id",
    "server_id",
    "channel_id",
    "team_id",
    "sender_id",
    "sender_name",
    "post_id",
    "root_id",
    "override_username",
    "override_icon_url",
    "from_webhook",
    "sub_type",
    "signature",
)
NO_BADGE = -1
BADGE_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class MattermostPush:
    """A push for one device. `texts` has the fields that apps are sent unchanged; `badge` None leaves the number."""

    platform: str
    device_id: str = field(repr=False)
    type: str = MESSAGE
    message: str = field(default="", repr=False)
    channel_name: str = field(default="", repr=False)
    category: str = ""
    sound: str = ""
    version: str = ""
    badge: int | None = None
    is_id_loaded: bool = False
    is_crt_enabled: bool = False
    texts: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def service(self) -> str:
        """Return the service that the platform's name suggests."""
        return APN if self.platform.startswith("apple") else GCM

    @property
    def is_update(self) -> bool:
        """Return True if the push shows nothing."""
        return self.type in UPDATES and not self.is_id_loaded


def push_parse(body: bytes) -> MattermostPush:
    """Return the push; raises InvalidRequestError with the words of mattermost-push-proxy."""
    try:
        fields = json_parse(body, repair=True)
    except InvalidRequestError as error:
        raise InvalidRequestError("Failed to read message body") from error
    if not fields.get("server_id"):
        raise InvalidRequestError("Failed because of missing server Id")
    if not fields.get("device_id"):
        raise InvalidRequestError("Failed because of missing device Id")
    if not fields.get("platform"):
        raise InvalidRequestError("Did not send message because of missing platform property")
    badge = fields.get("badge")
    return MattermostPush(
        platform=platform_of(text_of(fields, "platform")),
        device_id=text_of(fields, "device_id", longest=TOKEN_MAX_LENGTH),
        type=text_of(fields, "type") or MESSAGE,
        message=text_of(fields, "message", longest=BODY_MAX_BYTES),
        channel_name=text_of(fields, "channel_name"),
        category=text_of(fields, "category"),
        sound=text_of(fields, "sound"),
        version=text_of(fields, "version"),
        badge=min(badge, BADGE_MAX) if type(badge) is int and badge > NO_BADGE else None,
        is_id_loaded=fields.get("is_id_loaded") is True,
        is_crt_enabled=fields.get("is_crt_enabled") is True,
        texts={name: value for name in PASSED_ON if (value := text_of(fields, name, longest=BODY_MAX_BYTES))},
    )


def platform_of(platform: str) -> str:
    """Return the platform without the version of the app, which newer apps append (`apple_rn-v2`)."""
    return platform.partition("-v")[0]


def ack_parse(body: bytes) -> str:
    """Return the `ack_id` of the push that a device has received; raises InvalidRequestError."""
    try:
        fields: dict[str, Any] = json_parse(body, repair=True)
    except InvalidRequestError as error:
        raise InvalidRequestError("Failed to read ack body") from error
    for name, words in (("id", "ack Id"), ("platform", "ack platform"), ("type", "ack type")):
        if not fields.get(name):
            raise InvalidRequestError(f"Failed because of missing {words}")
    return text_of(fields, "id")
