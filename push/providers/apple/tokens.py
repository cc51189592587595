"""Apple's provider tokens: signed here, used for a while by everything that this process sends.

Source: Apple, "Establishing a token-based connection to APNs": a token is refused when it is over an hour old, and
tokens must not be renewed more often than every 20 minutes.
"""

from __future__ import annotations

import threading
import time

import jwt

from push.providers.apple.credentials import AppleTokenKey

REUSED_SECONDS = 40 * 60
# For how many credentials tokens are cached; a workspace has a few, a gateway one per app.
MAX_CACHED = 1_000

_lock = threading.Lock()
_tokens: dict[AppleTokenKey, tuple[str, float]] = {}


def provider_token(key: AppleTokenKey, *, refused: str = "") -> str:
    """Return the token to send with; a new one when it has served its time, or is the one that Apple `refused`.

    Raises ValueError when the key cannot sign.
    """
    with _lock:
        token, signed_at = _tokens.get(key, ("", 0.0))
        now = time.time()
        # A clock that was set back makes the token one of the future, which Apple refuses.
        if token and token != refused and 0 <= now - signed_at < REUSED_SECONDS:
            return token
        token = token_sign(key, at=now)
        if len(_tokens) >= MAX_CACHED:
            _tokens.clear()
        _tokens[key] = token, now
        return token


def token_sign(key: AppleTokenKey, *, at: float) -> str:
    """Return a token signed at this time. Raises ValueError when the key cannot sign."""
    try:
        return jwt.encode({"iss": key.team_id, "iat": int(at)}, key.key, algorithm="ES256", headers={"kid": key.key_id})
    except (jwt.PyJWTError, TypeError) as error:
        raise ValueError("The token key cannot sign") from error


def tokens_forget() -> None:
    """Forget all tokens: the next push signs a new one."""
    with _lock:
        _tokens.clear()
