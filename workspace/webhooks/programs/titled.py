"""Any other program that posts a title and a message, such as Apprise with `json://`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workspace.webhooks.markdown import bold, lines
from workspace.webhooks.programs.program import Program
from workspace.webhooks.reading import text_in

ICONS = {"success": "🟢 ", "warning": "🟡 ", "failure": "🔴 "}
CONTENT = ("text", "msg", "blocks")


def is_titled(payload: Mapping[str, Any]) -> bool:
    return isinstance(payload.get("message"), str) and not any(payload.get(name) for name in CONTENT)


def titled_text(payload: Mapping[str, Any]) -> str:
    title = text_in(payload, "title")
    icon = ICONS.get(text_in(payload, "type"), "")
    return lines(f"{icon}{bold(title)}" if title else "", text_in(payload, "message"))


TITLED = Program(name="title", label="Title and message", recognises=is_titled, text=titled_text)
