"""A fake of Apple's push service: checks what the real one checks, sends scripted responses, and records pushes.

Source: Apple, "Sending notification requests to APNs" and "Handling notification responses from APNs".
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jwt
from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.fakes.certificates import Authority, TokenKey
from tests.fakes.http2 import Http2Server
from tests.fakes.scripting import Reply, Request, standing_reply

STATUS = {
    **dict.fromkeys(
        (
            *("BadCollapseId", "BadDeviceToken", "BadExpirationDate", "BadMessageId", "BadPriority", "BadTopic"),
            *("DeviceTokenNotForTopic", "DuplicateHeaders", "IdleTimeout", "InvalidPushType", "MissingDeviceToken"),
            *("MissingTopic", "PayloadEmpty", "TopicDisallowed"),
        ),
        400,
    ),
    **dict.fromkeys(
        (
            *("BadCertificate", "BadCertificateEnvironment", "ExpiredProviderToken", "Forbidden"),
            *("InvalidProviderToken", "MissingProviderToken", "UnrelatedKeyIdInToken", "BadEnvironmentKeyIdInToken"),
        ),
        403,
    ),
    "BadPath": 404,
    "MethodNotAllowed": 405,
    "ExpiredToken": 410,
    "Unregistered": 410,
    "PayloadTooLarge": 413,
    "TooManyProviderTokenUpdates": 429,
    "TooManyRequests": 429,
    "InternalServerError": 500,
    "ServiceUnavailable": 503,
    "Shutdown": 503,
}
PUSH_TYPES = {"alert", "background", "location", "voip", "complication", "fileprovider", "mdm", "liveactivity"}
PAYLOAD_MAX_BYTES = 4096
TOKEN_SECONDS = 3600


def apple_error(reason: str, *, since: datetime | None = None, retry_after: int | None = None) -> Reply:
    """Return the documented response with this reason; `since` is the timestamp of an inactive token."""
    body: dict[str, Any] = {"reason": reason}
    if since:
        body["timestamp"] = int(since.timestamp() * 1000)
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    return Reply(STATUS[reason], body, headers)


@dataclass
class ApplePush:
    """A received push, with the response that was or would have been sent."""

    token: str
    headers: dict[str, str]
    payload: dict[str, Any]
    connection: int
    method: str
    status: int
    reason: str
    received_at: float = field(default_factory=time.monotonic)

    @property
    def id(self) -> str:
        return self.headers.get("apns-id", "")

    @property
    def topic(self) -> str:
        return self.headers.get("apns-topic", "")


class AppleRefusalError(Exception):
    """A request that is rejected with a reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FakeApple(Http2Server):
    """Accepts pushes signed with one of `keys`, or with a certificate of its authority.

    `topics` are the apps that token keys may push for; if empty, all.
    """

    def __init__(
        self,
        authority: Authority | None = None,
        *,
        keys: Iterable[TokenKey] = (),
        topics: Iterable[str] = (),
        port: int = 0,
    ) -> None:
        super().__init__(authority or Authority(), port=port)
        self.keys = {key.key_id: key for key in keys}
        self.topics = set(topics)
        self.received: list[ApplePush] = []
        # The apps of device tokens. A token that is not listed belongs to any app.
        self.apps: dict[str, str] = {}
        # Responses to tokens with such a prefix, if nothing else is scripted.
        self.standing: dict[str, Callable[[], Reply]] = {}
        self._replies: dict[str, deque[Reply]] = defaultdict(deque)

    @property
    def accepted(self) -> list[ApplePush]:
        return [push for push in self.received if push.status == 200]

    def script(self, token: str, *replies: Reply) -> None:
        """Send these responses to the next valid requests for `token`. Later requests are accepted."""
        self._replies[token].extend(replies)

    def reply_to(self, request: Request) -> Reply:
        try:
            request.memory["method"] = self._check(request)
            token = request.path.rpartition("/")[2]
            replies = self._replies[token]
            reply = replies.popleft() if replies else standing_reply(self.standing, token) or Reply()
        except AppleRefusalError as refusal:
            request.memory.setdefault("method", "")
            reply = apple_error(refusal.reason)
        reply.headers.setdefault("apns-id", request.header("apns-id") or str(uuid.uuid4()))
        return reply

    def carried_out(self, request: Request, reply: Reply) -> None:
        try:
            payload = json.loads(request.body)
        except ValueError:
            payload = {}
        headers = {name: value for name, value in request.headers if not name.startswith(":")}
        reason = reply.body.get("reason", "") if isinstance(reply.body, dict) else ""
        self.received.append(
            ApplePush(
                request.path.rpartition("/")[2],
                headers,
                payload,
                request.connection,
                request.memory["method"],
                reply.status,
                reason,
            )
        )
        self.changed()

    def _check(self, request: Request) -> str:
        """Return how the request is authenticated; raises the first error that the real service would report."""
        token = self._check_path(request)
        method, allowed = self._check_credentials(request)
        self._check_headers(request)
        topic = request.header("apns-topic")
        if not topic:
            raise AppleRefusalError("MissingTopic")
        if allowed and topic.removesuffix(".voip") not in allowed:
            raise AppleRefusalError("TopicDisallowed")
        if topic.endswith(".voip") != (request.header("apns-push-type") == "voip"):
            raise AppleRefusalError("InvalidPushType")
        if self.apps.get(token, topic) != topic:
            raise AppleRefusalError("DeviceTokenNotForTopic")
        self._check_payload(request)
        return method

    def _check_path(self, request: Request) -> str:
        if request.method != "POST":
            raise AppleRefusalError("MethodNotAllowed")
        match = re.fullmatch(r"/3/device/([^/]*)", request.path)
        if not match:
            raise AppleRefusalError("BadPath")
        if not match[1]:
            raise AppleRefusalError("MissingDeviceToken")
        if not re.fullmatch(r"([0-9a-fA-F]{2}){32,100}", match[1]):
            raise AppleRefusalError("BadDeviceToken")
        return match[1]

    def _check_credentials(self, request: Request) -> tuple[str, set[str]]:
        authorization = request.header("authorization")
        if request.certificate and not authorization:
            parsed = x509.load_der_x509_certificate(request.certificate)
            name = str(parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
            return "certificate", {name.rpartition(": ")[2]}
        scheme, _space, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise AppleRefusalError("MissingProviderToken")
        self._check_provider_token(request, token)
        return "token", self.topics

    def _check_provider_token(self, request: Request, token: str) -> None:
        try:
            key_id = jwt.get_unverified_header(token)["kid"]
            key = self.keys[key_id]
            options = {"verify_iat": False, "require": ["iss", "iat"]}
            claims = jwt.decode(token, _public_pem(key), algorithms=["ES256"], options=options)  # type: ignore[arg-type]
        except (jwt.PyJWTError, KeyError) as error:
            raise AppleRefusalError("InvalidProviderToken") from error
        if claims["iss"] != key.team_id or claims["iat"] > time.time() + 60:
            raise AppleRefusalError("InvalidProviderToken")
        if claims["iat"] < time.time() - TOKEN_SECONDS:
            raise AppleRefusalError("ExpiredProviderToken")
        if request.memory.setdefault("key id", key_id) != key_id:
            raise AppleRefusalError("UnrelatedKeyIdInToken")

    def _check_headers(self, request: Request) -> None:
        names = [name for name, _value in request.headers]
        if len(names) != len(set(names)):
            raise AppleRefusalError("DuplicateHeaders")
        checks = {
            "apns-id": (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "BadMessageId"),
            "apns-expiration": (r"[0-9]+", "BadExpirationDate"),
            "apns-priority": (r"1|5|10", "BadPriority"),
            "apns-push-type": ("|".join(PUSH_TYPES), "InvalidPushType"),
            "apns-collapse-id": (r".{1,64}", "BadCollapseId"),
        }
        for name, (pattern, reason) in checks.items():
            if name in names and not re.fullmatch(pattern, request.header(name)):
                raise AppleRefusalError(reason)

    def _check_payload(self, request: Request) -> None:
        if len(request.body) > PAYLOAD_MAX_BYTES:
            raise AppleRefusalError("PayloadTooLarge")
        try:
            payload = json.loads(request.body)
        except ValueError:
            payload = None
        if not isinstance(payload, dict) or not payload.get("aps"):
            raise AppleRefusalError("PayloadEmpty")


def _public_pem(key: TokenKey) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(key.key.encode(), None).public_key()
