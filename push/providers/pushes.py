"""The input and output of every push provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from push.models import Answer
from push.models.settings import LIFETIME
from push.providers.protocol import APN

# After this time (seconds), an unanswered call has ended.
CALL_LIFETIME = 60
# Apple's topic for calls (PushKit) is the app's with this ending.
CALL_TOPIC_ENDING = ".voip"


@dataclass(frozen=True, kw_only=True, slots=True)
class Push:
    """One notification for one device, independent of Apple's and Google's formats.

    `type` is `apn` or `gcm`; `topic` the app's bundle id (Apple only); `payload` what the app reads (section A.1 of
    the interface contract); `not_id` the same for all pushes of one room, so that devices stack them; `sender` names
    the sending service, not the person; `identity` stays the same through every retry and may be empty. A push that
    `is_silent` shows nothing: only the app processes it. One that `is_passive` shows its text without an alert;
    `collapse` is the identity of the push whose notification it replaces. The provider stores the push for `lifetime`
    seconds if the device is off; 0: it delivers at once or not at all. `native` builds the provider's payload for apps
    of other chat systems, from a push whose text may have been shortened; None: that of Rocket.Chat's app.
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
    native: Callable[[Push], dict[str, Any]] | None = field(default=None, repr=False)

    @property
    def is_call(self) -> bool:
        """Return True for an incoming call on Apple's service, which has separate topics and device tokens."""
        return self.type == APN and self.topic.endswith(CALL_TOPIC_ENDING)

    @property
    def app_name(self) -> str:
        """Return the app that the push is for: its topic, without the ending of calls."""
        return self.topic.removesuffix(CALL_TOPIC_ENDING) if self.is_call else self.topic


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """A provider's answer: `answer` is `accepted`, `dead`, `refused`, `unauthorized` or `retry`."""

    answer: Answer
    reason: str = ""


class Provider(Protocol):
    """Sends a push. Errors of the other side, or a missing response, are returned as an answer and never raised."""

    def send(self, push: Push) -> ProviderAnswer: ...


class PayloadTooLargeError(Exception):
    """The push cannot be made small enough for its provider without losing what makes it work."""
