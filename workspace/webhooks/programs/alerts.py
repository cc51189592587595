"""Alerts in the format of Prometheus, which Alertmanager and Grafana post."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workspace.webhooks.markdown import bold, link, shortened
from workspace.webhooks.reading import object_in, objects_in, text_in

ALERTS_SHOWN = 10
SUMMARY_LENGTH = 400
FIRING, RESOLVED = "🔴", "🟢"
# Labels that identify an alert, the most telling ones first.
TELLING_LABELS = ("severity", "instance", "job", "namespace", "pod", "service")


def heading_of(payload: Mapping[str, Any]) -> str:
    """Return the first line: how many alerts of which name are firing, or that all are resolved."""
    alerts = objects_in(payload, "alerts")
    firing = sum(is_firing(alert) for alert in alerts)
    name = common_name(payload)
    state = f"FIRING:{firing}" if firing else "RESOLVED"
    return f"{FIRING if firing else RESOLVED} *[{state}] {name or 'Alerts'}*"


def alert_lines(payload: Mapping[str, Any], *, link_names: tuple[tuple[str, str], ...]) -> list[str]:
    """Return one line per alert, up to 10. `link_names` has the labels of its links, and their fields."""
    alerts = objects_in(payload, "alerts")
    truncated = text_in(payload, "truncatedAlerts")
    more = len(alerts) - ALERTS_SHOWN + (int(truncated) if truncated.isdecimal() else 0)
    is_named = bool(common_name(payload))
    shown = [alert_line(alert, link_names, is_named=is_named) for alert in alerts[:ALERTS_SHOWN]]
    return [*shown, f"… and {more} more"] if more > 0 else shown


def common_name(payload: Mapping[str, Any]) -> str:
    """Return the name that all alerts have; empty if they have several."""
    return text_in(payload, "commonLabels", "alertname") or text_in(payload, "groupLabels", "alertname")


def alert_line(alert: Mapping[str, Any], link_names: tuple[tuple[str, str], ...], *, is_named: bool) -> str:
    """Return the line of an alert: its state, its name unless `is_named`, summary, most telling labels, and links."""
    annotations, labels = object_in(alert, "annotations"), object_in(alert, "labels")
    summary = (
        text_in(annotations, "summary")
        or text_in(annotations, "description")
        or text_in(annotations, "message")
        or text_in(labels, "alertname")
    )
    description = text_in(annotations, "description")
    text = shortened(f"{summary}: {description}" if description not in ("", summary) else summary, SUMMARY_LENGTH)
    named = ", ".join(f"{name}: {labels[name]}" for name in TELLING_LABELS if text_in(labels, name))
    links = " ".join(link(label, address) for label, name in link_names if (address := text_in(alert, name)))
    name = text_in(labels, "alertname")
    heading = "" if is_named or name in ("", text) else bold(name)
    parts = (heading, text, f"({named})" if named else "", links)
    return f"{FIRING if is_firing(alert) else RESOLVED} " + " ".join(part for part in parts if part)


def is_firing(alert: Mapping[str, Any]) -> bool:
    return text_in(alert, "status") != "resolved"
