"""Reading submitted form data."""

from __future__ import annotations

from django.http import HttpRequest


def posted_text(request: HttpRequest, name: str) -> str:
    """Return the text of a field without surrounding white space; empty if it is missing.

    Line ends are converted to LF: browsers count them as one character but submit CR LF. NUL characters are removed,
    because PostgreSQL cannot store them.
    """
    return str(request.POST.get(name, "")).replace("\0", "").replace("\r\n", "\n").strip()


def parse_key(text: str) -> int | None:
    """Return a row key from a text; None if it is not a number or exceeds the range of keys."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
