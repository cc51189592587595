"""Uptime Kuma: a notification of the type "Webhook"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workspace.webhooks.markdown import bold, lines, link
from workspace.webhooks.programs.program import Program
from workspace.webhooks.reading import text_in

STATES = {"0": ("🔴", "Down"), "1": ("🟢", "Up"), "2": ("🟡", "Pending"), "3": ("🔵", "Maintenance")}


def is_uptime_kuma(payload: Mapping[str, Any]) -> bool:
    return {"heartbeat", "monitor", "msg"} <= payload.keys()


def uptime_kuma_text(payload: Mapping[str, Any]) -> str:
    """Return the text; that of a test has neither a monitor nor a heartbeat."""
    name, status = text_in(payload, "monitor", "name"), text_in(payload, "heartbeat", "status")
    if not name:
        return text_in(payload, "msg")
    icon, state = STATES.get(status, ("🟡", "Unknown"))
    address, host = text_in(payload, "monitor", "url"), text_in(payload, "monitor", "hostname")
    # New monitors of other types than HTTP have this as their address.
    target = "" if address in ("", "https://", "http://") else link(address, address)
    return lines(
        f"{icon} {bold(f'{name} is {state.lower()}')}",
        text_in(payload, "heartbeat", "msg"),
        target or host,
        text_in(payload, "heartbeat", "time"),
    )


UPTIME_KUMA = Program(name="uptime-kuma", label="Uptime Kuma", recognises=is_uptime_kuma, text=uptime_kuma_text)
