"""Google's access tokens: fetched with the service account's signature, shared by all threads, renewed ahead of time.

Source: Google, "Using OAuth 2.0 for Server to Server Applications" (RFC 7523).
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError

from push.http.requests import HttpAnswer, HttpRequest, Lane
from push.lazy_modules import lazy_module
from push.providers.google.credentials import GoogleCredentials, credential_build, service_account_read
from push.providers.meanings import json_object

jwt = lazy_module("google.auth.jwt")

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_SECONDS = 3600
# So many seconds before a token expires, one sender renews it; the others continue to use it.
RENEWED_BEFORE = 300
# After so many seconds without a result, another sender may start a renewal.
RENEWAL_SECONDS = 30
MAX_CACHED = 1_000


@dataclass(slots=True)
class AccessToken:
    """A token (empty: none yet), when it expires, and when its renewal started, by the monotonic clock."""

    value: str = field(default="", repr=False)
    ends_at: float = 0.0
    renewed_since: float | None = None


_lock = threading.Lock()
_tokens: dict[str, AccessToken] = {}


def access_token(credentials: GoogleCredentials) -> tuple[str, bool]:
    """Return the token to send with (empty for none), and whether the caller should fetch a new one first."""
    with _lock:
        token = _tokens.get(credentials.name) or AccessToken()
        now = time.monotonic()
        if token.ends_at - now > RENEWED_BEFORE:
            return token.value, False
        if token.ends_at <= now:
            return "", True
        renewed = token.renewed_since is not None and now - token.renewed_since < RENEWAL_SECONDS
        if not renewed:
            token.renewed_since = now
        return token.value, not renewed


def access_token_refused(credentials: GoogleCredentials, value: str) -> None:
    """Forget the token that Google refused, unless it was replaced meanwhile."""
    with _lock:
        token = _tokens.get(credentials.name)
        if token and token.value == value:
            del _tokens[credentials.name]


def access_tokens_forget() -> None:
    """Forget all tokens: the next push fetches a new one."""
    with _lock:
        _tokens.clear()
    token_request_of.cache_clear()


def token_request(credentials: GoogleCredentials) -> HttpRequest:
    """Return the request for an access token. Raises ValueError when the service account's JSON is unusable.

    Concurrent callers share the request.
    """
    return token_request_of(credentials, int(time.time()) // 60)


@lru_cache(maxsize=MAX_CACHED)
def token_request_of(credentials: GoogleCredentials, minute: int) -> HttpRequest:
    """Return the request that was signed in that minute."""
    account = signer_of(credentials.service_account)
    now = minute * 60
    claims = {
        "iss": account.service_account_email,
        "scope": SCOPE,
        "aud": settings.GOOGLE_TOKEN_URL,
        "iat": now,
        "exp": now + ASSERTION_SECONDS,
    }
    assertion = jwt.encode(account.signer, claims)
    return HttpRequest(
        url=settings.GOOGLE_TOKEN_URL,
        body=urlencode({"grant_type": GRANT, "assertion": assertion}).encode(),
        headers=("Content-Type: application/x-www-form-urlencoded",),
        # The address is a setting of the operator's, who may have it played by a server nearby.
        lane=Lane("google tokens", connections=4, public_only=False),
        resends=2,
        shared=f"google token {credentials.name}",
    )


def token_answer(credentials: GoogleCredentials, answer: HttpAnswer) -> str:
    """Store and return the access token in the answer; empty if there is none."""
    body = json_object(answer.body)
    value, seconds = body.get("access_token"), body.get("expires_in")
    if answer.status != 200 or not isinstance(value, str) or not isinstance(seconds, int):
        return ""
    with _lock:
        if len(_tokens) >= MAX_CACHED:
            _tokens.clear()
        _tokens[credentials.name] = AccessToken(value, time.monotonic() + seconds)
    return value


def project_of(credentials: GoogleCredentials) -> str:
    """Return the project that is sent for. Raises ValueError when the service account's JSON is unusable."""
    return str(signer_of(credentials.service_account).project_id)


@lru_cache(maxsize=MAX_CACHED)
def signer_of(service_account: str) -> Any:
    """Return the library's credentials. Raises ValueError with a sentence for people when the JSON is unusable."""
    try:
        return credential_build(service_account_read(service_account))
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from error
