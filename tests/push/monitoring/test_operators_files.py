"""The files for operators: the documentation of metrics, the board and the alert rules."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from workspace.monitoring.health.registry import health_checks
from workspace.monitoring.metrics.declarations import metrics_declared
from workspace.monitoring.metrics.documentation import metrics_table

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "operate" / "monitoring.md").read_text()
BOARD = (ROOT / "deploy" / "grafana" / "callboard.json").read_text()
RULES = (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text()
NAME = re.compile(r"callboard_[a-z0-9_]+")


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES)["groups"] for rule in group["rules"]]


def series() -> set[str]:
    return {name for metric in metrics_declared().values() for name in metric.series}


def test_every_metric_is_in_the_table() -> None:
    missing = [row for row in metrics_table().splitlines() if row not in PAGE.splitlines()]
    assert missing == [], "Add these rows to docs/operate/monitoring.md."


def test_the_table_has_no_other_metrics() -> None:
    rows = re.findall(r"^\| `(callboard_\w+)`", PAGE, re.MULTILINE)
    assert sorted(rows) == sorted(metrics_declared())


def test_the_board_and_the_rules_name_only_metrics_that_exist() -> None:
    expressions = [target["expr"] for panel in json.loads(BOARD)["panels"] for target in panel.get("targets", [])]
    expressions += [rule["expr"] for rule in rules()]
    named = {name for expression in expressions for name in NAME.findall(expression)}
    assert len(named) > 15
    assert named - series() == set()


def test_every_metric_is_on_the_board() -> None:
    unseen = [name for name, metric in metrics_declared().items() if not any(one in BOARD for one in metric.series)]
    assert unseen == []


def test_every_rule_has_a_sentence_about_what_to_do_and_is_documented() -> None:
    for rule in rules():
        assert rule["annotations"]["summary"].endswith((".", "}}")), rule["alert"]
        assert len(rule["annotations"]["runbook"].split()) >= 8, rule["alert"]
        assert rule["labels"]["severity"] in {"critical", "warning"}
    documented = re.findall(r"^\| `(Callboard\w+)`", PAGE, re.MULTILINE)
    assert documented == [rule["alert"] for rule in rules()]


def test_every_health_check_is_documented() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert {check.name for check in health_checks()} <= set(rows)


def test_names_follow_the_conventions_of_prometheus() -> None:
    for name, metric in metrics_declared().items():
        assert name.startswith("callboard_")
        assert metric.help.endswith((".",)) or ";" in metric.help, name
        assert (metric.type == "counter") == name.endswith("_total"), name
        assert not set(metric.labels) & {"le", "pid", "instance", "job"}, name
