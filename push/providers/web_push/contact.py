"""The contact that a workspace gives to browsers' push services (VAPID's `sub`, RFC 8292, 2.1)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# A host name with at least two labels, the last of them letters: no IP address and no name without a dot.
PUBLIC_HOST = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])")
# Domains that are reserved for private use or documentation (RFC 6761, RFC 6762, RFC 8375, and ICANN's `.internal`).
PRIVATE_DOMAINS = tuple(
    f".{name}"
    for name in ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home.arpa", "test", "invalid")
)


def subject_problem(subject: str) -> str:
    """Return why push services may refuse this contact; empty if they accept it.

    RFC 8292, 2.1 wants a `mailto:` or `https:` address. Apple answers 403 `BadJwtToken` to one whose host is not on the
    public internet, such as `localhost` or an intranet's ("Sending web push notifications in web apps and browsers").
    """
    scheme, _colon, rest = subject.partition(":")
    if (
        scheme not in {"mailto", "https"}
        or not subject.isascii()
        or any(not c.isprintable() or c == " " for c in subject)
    ):
        return _("The contact must be an e-mail address (mailto:…) or an https address.")
    try:
        host = rest.rpartition("@")[2] if scheme == "mailto" else urlsplit(subject).hostname or ""
    except ValueError:
        host = ""
    if scheme == "mailto" and "@" not in rest:
        host = ""
    if not PUBLIC_HOST.fullmatch(host) or host.lower().endswith(PRIVATE_DOMAINS):
        return _("The contact's host must be a name on the public internet, not “%(host)s”.") % {"host": host}
    return ""


def subject_validate(text: str) -> None:
    """Refuse a contact that push services do not accept."""
    if problem := subject_problem(text):
        raise ValidationError(problem)
