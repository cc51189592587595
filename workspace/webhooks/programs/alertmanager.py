"""Prometheus Alertmanager: a receiver with `webhook_configs`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workspace.webhooks.markdown import lines, link
from workspace.webhooks.programs.alerts import alert_lines, heading_of
from workspace.webhooks.programs.program import Program
from workspace.webhooks.reading import text_in


def is_alertmanager(payload: Mapping[str, Any]) -> bool:
    return isinstance(payload.get("alerts"), list) and "receiver" in payload


def alertmanager_text(payload: Mapping[str, Any]) -> str:
    return lines(
        heading_of(payload),
        *alert_lines(payload, link_names=(("Source", "generatorURL"),)),
        link("Alertmanager", text_in(payload, "externalURL")) if text_in(payload, "externalURL") else "",
    )


ALERTMANAGER = Program(name="alertmanager", label="Alertmanager", recognises=is_alertmanager, text=alertmanager_text)
