"""Reading pages as people do."""

from __future__ import annotations

import re
from html import unescape

INLINE = re.compile(r"</?(?:strong|small|a)\b[^>]*>")


def text_of(html: str) -> str:
    """Return what a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", INLINE.sub("", html))).split())
