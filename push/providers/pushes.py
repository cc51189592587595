"""What every push provider is handed, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from push.models import Answer
from push.models.settings import LIFETIME
from push.providers.protocol import APN

# A call that nobody could take for so long is over (seconds).
CALL_LIFETIME = 60
# Apple's topic for calls (PushKit) is the app's with this ending.
CALL_TOPIC_ENDING = ".voip"


@dataclass(frozen=True, kw_only=True, slots=True)
class Push:
    """One notification for one device, before it takes the shape that Apple or Google want.

    `type` is `apn` or `gcm`; `topic` the app's bundle id (Apple only); `payload` what the app reads (section A.1 of
    the interface contract); `not_id` the same for all pushes of one room, so that devices stack them; `sender` names
    the sending service, not the person; `identity` stays the same through every retry and may be empty. A push that
    `is_silent` shows nothing: it is for the app alone. One that `is_passive` shows its text without alerting anybody;
    `collapse` is the identity of the push whose notification it replaces. The provider stores the push for `lifetime`
    seconds if the device is off; 0: it delivers at once or not at all.
    """

    type: str
    token: str = field(repr=False)
    title: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    badge: int | None = None
    sound: str = ""
    not_id: int | None = None
    topic: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict, repr=False)
    category: str = ""
    style: str = ""
    image: str = ""
    sender: str = ""
    content_available: bool = False
    is_silent: bool = False
    is_passive: bool = False
    identity: str = ""
    collapse: str = ""
    lifetime: int = LIFETIME

    @property
    def is_call(self) -> bool:
        """Return True for an incoming call on Apple's service, which has topics and device tokens of its own."""
        return self.type == APN and self.topic.endswith(CALL_TOPIC_ENDING)

    @property
    def app_name(self) -> str:
        """Return the app that the push is for: its topic, without the ending of calls."""
        return self.topic.removesuffix(CALL_TOPIC_ENDING) if self.is_call else self.topic


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """What a provider said: `answer` is `accepted`, `dead`, `refused`, `unauthorized` or `retry`."""

    answer: Answer
    reason: str = ""


class Provider(Protocol):
    """Hands a push on. Never raises for what the other side says or fails to say: that is an answer."""

    def send(self, push: Push) -> ProviderAnswer: ...


class PayloadTooLargeError(Exception):
    """The push cannot be made small enough for its provider without losing what makes it work."""
