"""Reading what a page's own forms and scripts sent along."""

from __future__ import annotations

from django.http import HttpRequest


def posted_text(request: HttpRequest, name: str) -> str:
    """Return the text of a field without blanks around it; empty where it is missing.

    Lines end as they do in the field: a browser sends two characters for each end and counts one.
    The character zero is left out, which no browser sends and PostgreSQL does not take.
    """
    return str(request.POST.get(name, "")).replace("\0", "").replace("\r\n", "\n").strip()


def parse_key(text: str) -> int | None:
    """Return the key of a row that a text names; None for what is none, or is larger than databases keep."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
