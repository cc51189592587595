"""Zabbix: a media type of the type "Webhook", whose script posts its parameters as JSON.

A new media type has the parameters `To`, `Subject` and `Message`; those that Zabbix brings for other services have
`alert_subject` and `alert_message`, and more about the event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workspace.webhooks.markdown import bold, lines, link
from workspace.webhooks.programs.program import Program
from workspace.webhooks.reading import text_in

PREFIXES = ("", "alert_")
SEVERITIES = {
    "disaster": "🔴",
    "high": "🔴",
    "average": "🟠",
    "warning": "🟡",
    "information": "🔵",
    "not classified": "⚪",
}
RESOLVED, PROBLEM = "🟢", "🟠"


def lowered(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters with their names in lower case, as everyone writes them differently."""
    return {name.lower(): value for name, value in payload.items()}


def is_zabbix(payload: Mapping[str, Any]) -> bool:
    given = lowered(payload)
    return any({f"{prefix}subject", f"{prefix}message"} <= given.keys() for prefix in PREFIXES)


def zabbix_text(payload: Mapping[str, Any]) -> str:
    given = lowered(payload)
    prefix = next(prefix for prefix in PREFIXES if f"{prefix}subject" in given)
    subject = text_in(given, f"{prefix}subject")
    address = text_in(given, "event_url") or text_in(given, "zabbix_url")
    return lines(
        f"{icon_of(given, subject)} {bold(subject)}",
        text_in(given, f"{prefix}message"),
        link("Zabbix", address) if address else "",
    )


def icon_of(given: Mapping[str, Any], subject: str) -> str:
    """Return the colour of the event: by its state, which is in the subject if nowhere else, or its severity."""
    state = text_in(given, "event_value") or text_in(given, "trigger_status")
    if state.lower() in ("0", "ok") or subject.lower().startswith(("resolved", "ok:", "recovery")):
        return RESOLVED
    return SEVERITIES.get(text_in(given, "event_severity").lower(), PROBLEM)


ZABBIX = Program(name="zabbix", label="Zabbix", recognises=is_zabbix, text=zabbix_text)
