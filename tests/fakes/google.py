"""A fake of Google's push service and its access tokens: checks requests, sends scripted responses, and records
messages.

Source: Firebase, "projects.messages.send" and "REST error codes for the HTTP v1 API"; RFC 7523 for the tokens.
"""

from __future__ import annotations

import json
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.fakes.certificates import Authority
from tests.fakes.http2 import Http2Server
from tests.fakes.scripting import Reply, Request, standing_reply

STATUS = {
    "UNREGISTERED": (404, "NOT_FOUND"),
    "INVALID_ARGUMENT": (400, "INVALID_ARGUMENT"),
    "SENDER_ID_MISMATCH": (403, "PERMISSION_DENIED"),
    "QUOTA_EXCEEDED": (429, "RESOURCE_EXHAUSTED"),
    "UNAVAILABLE": (503, "UNAVAILABLE"),
    "INTERNAL": (500, "INTERNAL"),
    "THIRD_PARTY_AUTH_ERROR": (401, "UNAUTHENTICATED"),
    "UNSPECIFIED_ERROR": (500, "UNKNOWN"),
}
MESSAGES = {
    "UNREGISTERED": "Requested entity was not found.",
    "INVALID_ARGUMENT": "Request contains an invalid argument.",
    "SENDER_ID_MISMATCH": "SenderId mismatch",
    "QUOTA_EXCEEDED": "Quota exceeded for quota metric 'Device messages'.",
    "UNAVAILABLE": "The service is currently unavailable.",
    "INTERNAL": "Internal error encountered.",
    "THIRD_PARTY_AUTH_ERROR": "Auth error from APNS or Web Push Service",
    "UNSPECIFIED_ERROR": "Unknown error.",
}
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
DATA_MAX_BYTES = 4096
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"


def google_error(code: str, *, field: str = "", message: str = "", retry_after: int | None = None) -> Reply:
    """Return the documented response with this `errorCode`; `field` is the one reported as invalid."""
    status, general = STATUS[code]
    details: list[dict[str, Any]] = [{"@type": FCM_ERROR, "errorCode": code}]
    if field:
        details.append({"@type": BAD_REQUEST, "fieldViolations": [{"field": field, "description": "Invalid"}]})
    reply = plain_error(status, general, message or MESSAGES[code], details)
    if retry_after is not None:
        reply.headers["retry-after"] = str(retry_after)
    return reply


def plain_error(status: int, general: str, message: str, details: list[dict[str, Any]] | None = None) -> Reply:
    """Return an error in Google's format, without an `errorCode` unless the details contain one."""
    error = {"code": status, "message": message, "status": general, "details": details or []}
    return Reply(status, {"error": error})


@dataclass
class GooglePush:
    """A received message, with the response that was or would have been sent."""

    token: str
    message: dict[str, Any]
    project: str
    connection: int
    status: int
    code: str
    received_at: float = field(default_factory=time.monotonic)

    @property
    def data(self) -> dict[str, str]:
        data: dict[str, str] = self.message.get("data", {})
        return data


class FakeGoogle(Http2Server):
    """Issues access tokens to the service accounts in `accounts` (JSON), and accepts messages for their projects."""

    def __init__(self, authority: Authority | None = None, *, accounts: Iterable[str] = (), port: int = 0) -> None:
        super().__init__(authority or Authority(), port=port)
        self.accounts = {account["client_email"]: account for account in map(json.loads, accounts)}
        self.received: list[GooglePush] = []
        self.tokens_given = 0
        self.token_seconds = 3599
        # Responses to tokens with such a prefix, if nothing else is scripted.
        self.standing: dict[str, Callable[[], Reply]] = {}
        self._access: dict[str, tuple[str, float]] = {}
        self._replies: dict[str, deque[Reply]] = defaultdict(deque)
        self._token_replies: deque[Reply] = deque()

    @property
    def token_url(self) -> str:
        return f"{self.address}/token"

    @property
    def accepted(self) -> list[GooglePush]:
        return [push for push in self.received if push.status == 200]

    def script(self, token: str, *replies: Reply) -> None:
        """Send these responses to the next valid messages for `token`. Later messages are accepted."""
        self._replies[token].extend(replies)

    def script_tokens(self, *replies: Reply) -> None:
        """Send these responses to the next requests for an access token."""
        self._token_replies.extend(replies)

    def revoke(self) -> None:
        """Invalidate all access tokens that were issued."""
        self._access.clear()

    def reply_to(self, request: Request) -> Reply:
        if request.path == "/token":
            return self._token_reply(request)
        return self._message_reply(request)

    def carried_out(self, request: Request, reply: Reply) -> None:
        if request.path != "/token":
            message = _message_in(request)
            details = reply.body.get("error", {}).get("details", []) if isinstance(reply.body, dict) else []
            code = next((detail["errorCode"] for detail in details if "errorCode" in detail), "")
            project = request.path.split("/")[3] if request.path.count("/") > 3 else ""
            token = str(message.get("token", ""))
            self.received.append(GooglePush(token, message, project, request.connection, reply.status, code))
        self.changed()

    def _token_reply(self, request: Request) -> Reply:
        if self._token_replies:
            return self._token_replies.popleft()
        form = parse_qs(request.body.decode())
        if form.get("grant_type") != [GRANT]:
            return Reply(400, {"error": "unsupported_grant_type"})
        assertion = form.get("assertion", [""])[0]
        try:
            account = self.accounts[jwt.decode(assertion, options={"verify_signature": False})["iss"]]
            claims = jwt.decode(
                assertion, _public_key(account["private_key"]), algorithms=["RS256"], audience=self.token_url
            )
        except (jwt.PyJWTError, KeyError) as error:
            return Reply(400, {"error": "invalid_grant", "error_description": f"Invalid JWT: {error}"})
        if SCOPE not in claims.get("scope", "").split():
            return Reply(400, {"error": "invalid_scope", "error_description": "No messaging scope"})
        value = f"ya29.{secrets.token_urlsafe(60)}"
        self._access[value] = (account["project_id"], time.time() + self.token_seconds)
        self.tokens_given += 1
        return Reply(200, {"access_token": value, "expires_in": self.token_seconds, "token_type": "Bearer"})

    def _message_reply(self, request: Request) -> Reply:
        parts = request.path.split("/")
        if request.method != "POST" or len(parts) != 5 or parts[1:3] != ["v1", "projects"]:
            return Reply(404)
        value = request.header("authorization").removeprefix("Bearer ")
        project, ends_at = self._access.get(value, ("", 0.0))
        if time.time() >= ends_at:
            return plain_error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if parts[3] != project:
            return plain_error(403, "PERMISSION_DENIED", "Permission denied on resource project.")
        message = _message_in(request)
        if fault := _fault_of(message):
            return fault
        replies = self._replies[message["token"]]
        if replies:
            return replies.popleft()
        accepted = Reply(200, {"name": f"projects/{project}/messages/0:{time.time_ns()}"})
        return standing_reply(self.standing, message["token"]) or accepted


@cache
def _public_key(pem: str) -> Any:
    """Return the public key of a private RSA key, which takes 40 ms to read."""
    return load_pem_private_key(pem.encode(), None).public_key()


def _message_in(request: Request) -> dict[str, Any]:
    try:
        message = json.loads(request.body)["message"]
    except (ValueError, KeyError, TypeError):
        return {}
    return message if isinstance(message, dict) else {}


def _fault_of(message: dict[str, Any]) -> Reply | None:
    """Return the response to a message that Google would reject."""
    data = message.get("data", {})
    if not message.get("token"):
        return google_error("INVALID_ARGUMENT", field="message", message="Recipient of the message is not set.")
    for position, (key, value) in enumerate(data.items()):
        if not isinstance(value, str):
            return google_error("INVALID_ARGUMENT", field=f"message.data[{position}].value")
        if key == "from" or key.startswith(("google", "gcm")):
            return google_error("INVALID_ARGUMENT", message=f"Invalid data payload key: {key}")
    if sum(len(key.encode()) + len(value.encode()) for key, value in data.items()) > DATA_MAX_BYTES:
        return google_error("INVALID_ARGUMENT", message="Android message is too big")
    return None
