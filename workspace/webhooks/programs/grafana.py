"""Grafana: a contact point of the type "Webhook"; before version 9, a notification channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workspace.webhooks.markdown import bold, lines, link, shortened
from workspace.webhooks.programs.alerts import FIRING, RESOLVED, SUMMARY_LENGTH, alert_lines, heading_of
from workspace.webhooks.programs.program import Program
from workspace.webhooks.reading import objects_in, text_in

LINKS = (("Source", "generatorURL"), ("Dashboard", "dashboardURL"), ("Panel", "panelURL"), ("Silence", "silenceURL"))
OLD_STATES = {"ok": RESOLVED, "alerting": FIRING}


def is_grafana(payload: Mapping[str, Any]) -> bool:
    return isinstance(payload.get("alerts"), list) and "orgId" in payload


def grafana_text(payload: Mapping[str, Any]) -> str:
    return lines(
        heading_of(payload),
        *alert_lines(payload, link_names=LINKS),
        link("Grafana", text_in(payload, "externalURL")) if text_in(payload, "externalURL") else "",
    )


def is_old_grafana(payload: Mapping[str, Any]) -> bool:
    return "ruleName" in payload and "state" in payload


def old_grafana_text(payload: Mapping[str, Any]) -> str:
    name = text_in(payload, "title") or text_in(payload, "ruleName")
    values = [f"{text_in(match, 'metric')}: {text_in(match, 'value')}" for match in objects_in(payload, "evalMatches")]
    return lines(
        f"{OLD_STATES.get(text_in(payload, 'state'), '🟡')} {bold(name)}",
        shortened(text_in(payload, "message"), SUMMARY_LENGTH),
        ", ".join(values),
        link("Grafana", text_in(payload, "ruleUrl")) if text_in(payload, "ruleUrl") else "",
    )


GRAFANA = Program(name="grafana", label="Grafana", recognises=is_grafana, text=grafana_text)
OLD_GRAFANA = Program(name="grafana-8", label="Grafana", recognises=is_old_grafana, text=old_grafana_text)
