"""Masks what must not be in a log: a second line of defence, because events contain none of it.

Errors of libraries and tracebacks may quote values: an address in an error of the mail server, a row in an error of
the database. Fields of ids are not searched; they look like tokens.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

from workspace.address_masks import MASK, credentials_mask

# Fields that are never logged, whatever their value is.
SECRET_FIELD = re.compile(
    r"(^|_)(password|passwd|passphrase|secret|token|credential|authorization|cookie|key|text|title|body|email|address)s?$"
)
# Fields whose values are ids that this program has made or checked.
ID_FIELDS = frozenset({"request", "task", "woken_by", "message", "trace", "claim"})
# Paths of links in e-mails, and of incoming webhooks. Their last part is as sensitive as a password.
LINK_TOKEN = re.compile(r"(?<=/)((?:password|hooks)/[^/\s]+|address|unsubscribe)/[^/\s'\"]+")
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# Device tokens, session keys, API tokens, JSON web tokens: long, and of letters and digits.
TOKEN = re.compile(
    r"(?=[A-Za-z_:-]*[0-9])(?=[0-9_:-]*[A-Za-z])[A-Za-z0-9_:-]{32,}(?:\.[A-Za-z0-9_-]{16,})*=*|[0-9]{32,}"
)
BEARER = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+", re.IGNORECASE)
# PostgreSQL quotes rows and keys in the details of its errors.
DATABASE_DETAIL = re.compile(r"^(\s*(?:DETAIL|CONTEXT|QUERY):).*$", re.MULTILINE)
# Nothing shorter than this can be one of the above.
SHORTEST = 6

EventDict = MutableMapping[str, Any]


def text_redact(text: str) -> str:
    """Return the text with secrets and addresses masked."""
    if len(text) < SHORTEST:
        return text
    if "/" in text:
        text = LINK_TOKEN.sub(rf"\1/{MASK}", credentials_mask(text))
    if "@" in text:
        text = EMAIL.sub(MASK, text)
    if "earer" in text or "asic" in text:
        text = BEARER.sub(rf"\1 {MASK}", text)
    if "DETAIL:" in text or "CONTEXT:" in text or "QUERY:" in text:
        text = DATABASE_DETAIL.sub(rf"\1 {MASK}", text)
    return TOKEN.sub(MASK, text) if len(text) >= 32 else text


def value_redact(value: Any) -> Any:
    """Return the value with all texts in it masked."""
    if isinstance(value, str):
        return text_redact(value)
    if isinstance(value, dict):
        return {key: MASK if is_secret(str(key)) else value_redact(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [value_redact(item) for item in value]
    return value if value is None or isinstance(value, (int, float)) else text_redact(str(value))


@lru_cache(maxsize=1024)
def is_secret(name: str) -> bool:
    """Return True if a field of this name is masked entirely."""
    return SECRET_FIELD.search(name) is not None


def event_redact(event: EventDict) -> None:
    """Mask the values of an event."""
    for name, value in event.items():
        if value is None or isinstance(value, int) or name in ID_FIELDS:
            continue
        event[name] = MASK if is_secret(name) else value_redact(value)
