"""Reading pages as users do."""

from __future__ import annotations

import re
from html import unescape

DESCRIBED = re.compile(r'aria-describedby="([^"]*)"')
ID = re.compile(r'\sid="([^"]*)"')
# Code that the content policy blocks: inline scripts and event handlers.
INLINE_SCRIPT = re.compile(
    r"""<script(?![^>]*\s(?:src=|type="application/json"))[^>]*>|<[a-z][^>]*\s(?:on[a-z]+|hx-on[:\w-]*)=|["']\s*javascript:""",
    re.I,
)
# Attributes that need eval, and inline styles.
EVALUATED = re.compile(r"""<[a-z][^>]*\s(?:x-[a-z:.-]+|@[a-z:.-]+|style)=|hx-trigger="[^"]*\[""", re.I)
INLINE = re.compile(r"</?(?:strong|small|a)\b[^>]*>")


FIELD = re.compile(r"<input\b([^>]*)()>|<textarea\b([^>]*)>(.*?)</textarea>|<select\b([^>]*)>(.*?)</select>", re.DOTALL)
CHOSEN = re.compile(r'<option value="([^"]*)"[^>]* selected')
ATTRIBUTE = re.compile(r'([a-z-]+)(?:="([^"]*)")?')


def fields_of(html: str) -> dict[str, str]:
    """Return the values that a browser would submit, of all forms together."""
    fields = {}
    for field, _nothing, area, text, select, options in FIELD.findall(html):
        given = {name: unescape(value) for name, value in ATTRIBUTE.findall(field or area or select)}
        if given.get("type") in {"checkbox", "radio"} and "checked" not in given:
            continue
        if field:
            value = given.get("value", "on" if given.get("type") == "checkbox" else "")
        elif area:
            value = unescape(text).removeprefix("\n")
        else:
            value = unescape((CHOSEN.findall(options) or [""])[0])
        fields[given.get("name", "")] = value
    return fields


def text_of(html: str) -> str:
    """Return the text of a page without markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", INLINE.sub("", html))).split())


def descriptions_missing(html: str) -> set[str]:
    """Return ids in aria-describedby attributes that do not exist on the page."""
    named = {name for names in DESCRIBED.findall(html) for name in names.split()}
    return named - set(ID.findall(html))


def inline_scripts(html: str) -> list[str]:
    """Return the inline scripts, event handlers and script URLs of a page."""
    return INLINE_SCRIPT.findall(html)


def evaluated(html: str) -> list[str]:
    """Return the attributes of a page that need eval (Alpine, htmx filters), and inline styles."""
    return EVALUATED.findall(html)
