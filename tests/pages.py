"""Reading pages as people do."""

from __future__ import annotations

import re
from html import unescape

DESCRIBED = re.compile(r'aria-describedby="([^"]*)"')
ID = re.compile(r'\sid="([^"]*)"')
INLINE = re.compile(r"</?(?:strong|small|a)\b[^>]*>")


def text_of(html: str) -> str:
    """Return what a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", INLINE.sub("", html))).split())


def descriptions_missing(html: str) -> set[str]:
    """Return the ids by which fields name what describes them and that nothing on the page has."""
    named = {name for names in DESCRIBED.findall(html) for name in names.split()}
    return named - set(ID.findall(html))
