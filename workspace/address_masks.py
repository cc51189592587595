"""Secrets in server addresses, such as `https://gateway.example.org/gateway/<key>` or `https://user:password@host`.

Such addresses are encrypted in the database, and shown with a fingerprint in place of each secret. Users may submit the
masked form; it stands for the stored secret.
"""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

# Precedes the fingerprint of a masked secret.
MASK = "•••"
ADDRESS = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?:(?P<user>[^/?#\s]*)@)?(?P<host>[^/?#\s]*)"
    r"(?P<path>[^?#\s]*)(?P<query>\?[^#\s]*)?(?P<fragment>#\S*)?"
)
# Path segments that are plain words. Other segments may be keys, and so may a segment after one of KEY_PREFIXES.
PLAIN = re.compile(r"[a-z]{1,15}(?:[._-][a-z]{1,15})?|v[0-9]{1,2}")
KEY_PREFIXES = {"gateway", "key", "keys", "secret", "token"}
# Secrets in arbitrary text, such as a log line: user names with passwords, and keys of gateways.
CREDENTIALS = re.compile(r"(?<=://)[^/?#\s@'\"]+(?=@)")
# Not the modules of a folder with that name, in tracebacks.
GATEWAY_KEY = re.compile(r"(?<=/gateway/)(?!\w+\.py\b)[^/?#\s'\"]+")
KEY_IN_QUERY = re.compile(r"(?<=[?&]key=)[^&#\s'\"]+")


def address_mask(address: str) -> str:
    """Return the address with each secret replaced by a fingerprint."""
    match = ADDRESS.fullmatch(address)
    if match is None or "@" in match["path"]:
        # Not a valid address: everything before an @ may be a password.
        return re.sub(r".*@", lambda part: f"{_masked(part[0])}@", address)
    parts = [match["scheme"]]
    if match["user"] is not None:
        parts.append(f"{_masked(match['user'])}@")
    parts += [match["host"], _path_mask(match["path"])]
    parts += [part[0] + _masked(part[1:]) for part in (match["query"], match["fragment"]) if part]
    return "".join(parts)


def addresses_mask(text: Any) -> Any:
    """Return a text with one address per line, masked. Values of other types are returned unchanged."""
    if not isinstance(text, str):
        return text
    return "\n".join(address_mask(line) for line in text.split("\n"))


def has_secrets(text: Any) -> bool:
    """Return True if any line of the text is an address that contains a secret."""
    return isinstance(text, str) and any("://" in line and address_mask(line) != line for line in text.split("\n"))


def addresses_unmask(text: str, *, stored: str) -> str:
    """Return a submitted text with masked addresses replaced by the stored ones.

    Raises ValidationError for a masked address that is not stored, because its secret is unknown. This also prevents a
    stored secret from being sent to another host.
    """
    known = {address_mask(line): line for line in stored.split("\n")}
    lines = [known.get(line.strip(), line) if MASK in line else line for line in text.split("\n")]
    for line in lines:
        if MASK in line:
            raise ValidationError(
                _("%(address)s contains a masked secret that does not belong to it. Enter the full address."),
                params={"address": line.strip()},
            )
    return "\n".join(lines)


def credentials_mask(text: str) -> str:
    """Return a text, such as a log line, with the secrets in its addresses masked."""
    if "@" in text:
        text = CREDENTIALS.sub(MASK, text)
    if "key=" in text:
        text = KEY_IN_QUERY.sub(MASK, text)
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
