"""Secrets inside the addresses of servers: `https://gateway.example.org/gateway/<key>`, `https://user:password@host`.

Such addresses are encrypted at rest, and shown with a fingerprint in place of each secret. What is saved may contain
the masked form: it stands for the secret that is stored.
"""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

# Stands in place of a secret, before its fingerprint.
MASK = "•••"
ADDRESS = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?:(?P<user>[^/?#\s]*)@)?(?P<host>[^/?#\s]*)"
    r"(?P<path>[^?#\s]*)(?P<query>\?[^#\s]*)?(?P<fragment>#\S*)?"
)
# Parts of a path that name something. Anything else may be a key, and so may whatever follows one of KEY_PREFIXES.
PLAIN = re.compile(r"[a-z]{1,15}(?:[._-][a-z]{1,15})?|v[0-9]{1,2}")
KEY_PREFIXES = {"gateway", "key", "keys", "secret", "token"}
# Any text, such as a log line: a name and password, and the key of a gateway's address.
CREDENTIALS = re.compile(r"(?<=://)[^/?#\s@'\"]+(?=@)")
GATEWAY_KEY = re.compile(r"(?<=/gateway/)[^/?#\s'\"]+")


def address_mask(address: str) -> str:
    """Return the address with a fingerprint in place of each of its secrets."""
    found = ADDRESS.fullmatch(address)
    if found is None or "@" in found["path"]:
        # Misspelt, or not an address: whatever stands before an @ may be a password.
        return re.sub(r".*@", lambda part: f"{_masked(part[0])}@", address)
    parts = [found["scheme"]]
    if found["user"] is not None:
        parts.append(f"{_masked(found['user'])}@")
    parts += [found["host"], _path_mask(found["path"])]
    parts += [part[0] + _masked(part[1:]) for part in (found["query"], found["fragment"]) if part]
    return "".join(parts)


def addresses_mask(text: Any) -> Any:
    """Return a text with an address on each line, masked; values that are not text are returned unchanged."""
    if not isinstance(text, str):
        return text
    return "\n".join(address_mask(line) for line in text.split("\n"))


def has_secrets(text: Any) -> bool:
    """Return True if a line of the text is an address that contains a secret."""
    return isinstance(text, str) and any("://" in line and address_mask(line) != line for line in text.split("\n"))


def addresses_unmask(text: str, *, stored: str) -> str:
    """Return an entered text with the stored addresses in place of their masked forms.

    Raises ValidationError for a masked address that is not stored: the server cannot know the secret. This also
    prevents that a stored secret is sent to another host.
    """
    known = {address_mask(line): line for line in stored.split("\n")}
    lines = [known.get(line.strip(), line) if MASK in line else line for line in text.split("\n")]
    for line in lines:
        if MASK in line:
            raise ValidationError(
                _("%(address)s contains a masked secret that does not belong to it. Enter the whole address."),
                params={"address": line.strip()},
            )
    return "\n".join(lines)


def credentials_mask(text: str) -> str:
    """Return any text, such as a log line, with masks in place of the secrets inside addresses."""
    if "@" in text:
        text = CREDENTIALS.sub(MASK, text)
    return GATEWAY_KEY.sub(MASK, text) if "/gateway/" in text else text


def _path_mask(path: str) -> str:
    parts = path.split("/")
    before = ["", *parts]
    return "/".join(
        part if not part or (PLAIN.fullmatch(part) and previous not in KEY_PREFIXES) else _masked(part)
        for previous, part in zip(before, parts, strict=False)
    )


def _masked(secret: str) -> str:
    return MASK + salted_hmac("workspace.addresses", secret).hexdigest()[:8] if secret else ""
