"""What monitoring programs post in formats of their own. The payloads are those of their documentations."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings

from workspace.webhooks.messages import IncomingMessage, message_read
from workspace.webhooks.programs import PROGRAMS

PAYLOADS = settings.BASE_DIR / "tests" / "data" / "webhooks"


def payload(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())
    return found


def read(name: str, /, **changes: Any) -> IncomingMessage:
    return message_read(payload(name) | changes)


@pytest.mark.parametrize(
    ("name", "format", "texts"),
    [
        (
            "alertmanager",
            "alertmanager",
            ["🔴 *[FIRING:1] InstanceDown*", "Instance web1:9100 down", "🟢 Instance web2", "severity: critical"],
        ),
        ("grafana", "grafana", ["*[FIRING:2] Alerts*", "*High memory usage* This alert", "[Panel](https://play"]),
        ("grafana-8", "grafana-8", ["🔴 *[Alerting] Panel Title alert*", "Notification Message", "Count: 1"]),
        (
            "gitlab-push",
            "gitlab",
            [
                "*John Smith* pushed 4 commits to [master](http://example.com/mike/diaspora/-/tree/master)",
                "fixed readme",
            ],
        ),
        (
            "gitlab-merge-request",
            "gitlab",
            ["*Administrator* opened the merge request [!1 MS-Viewport]"],
        ),
        ("gitlab-pipeline", "gitlab", ["🔴 [Pipeline #31]", ": *failed*", "Failed: test-image"]),
        ("zabbix", "zabbix", ["🟠 *Problem: High CPU utilization*", "Host: db1"]),
        ("zabbix-event", "zabbix", ["🟢 *Resolved in 5m", "[Zabbix](https://zabbix.example.org)"]),
        ("uptime-kuma", "uptime-kuma", ["🔴 *Shop is down*", "ECONNREFUSED", "https://shop.example.org/health"]),
        ("uptime-kuma-test", "uptime-kuma", ["Callboard Testing"]),
        ("apprise-json", "title", ["🟢 *Backup*", "The backup of db1 is complete."]),
        ("gitlab-slack", "slack", ["pushed to branch [master](http://example.com/mike/diaspora/commits/master)"]),
        ("uptime-kuma-slack", "slack", ["[🔴 Down] timeout @all"]),
        ("uptime-kuma-rocket-chat", "slack", ["Uptime Kuma Alert"]),
    ],
)
def test_a_payload_becomes_a_readable_text(name: str, format: str, texts: list[str]) -> None:
    message = read(name)
    assert message.format == format
    assert all(text in message.text for text in texts), message.text


@pytest.mark.parametrize("name", ["alertmanager-slack", "grafana-slack"])
def test_attachments_alone_need_no_text(name: str) -> None:
    message = read(name)
    assert (message.text, message.targets) == ("", ["#alerts"])
    assert message.attachments[0]["title"].startswith("[FIRING:1]")


def test_each_payload_is_recognised_by_one_program_or_comes_before_a_more_general_one() -> None:
    for path in PAYLOADS.glob("*.json"):
        found = [program.name for program in PROGRAMS if program.recognises(json.loads(path.read_text()))]
        assert len(found) <= 1 or found in (
            ["grafana", "alertmanager", "title"],
            ["grafana-8", "title"],
        ), (path.name, found)


def test_many_alerts_are_counted() -> None:
    alerts = payload("alertmanager")["alerts"] * 20
    text = read("alertmanager", alerts=alerts, truncatedAlerts=5).text
    assert "… and 35 more" in text
    assert "FIRING:20" in text


def test_resolved_alerts_are_green() -> None:
    resolved = [{**alert, "status": "resolved"} for alert in payload("alertmanager")["alerts"]]
    text = read("alertmanager", status="resolved", alerts=resolved).text
    assert text.startswith("🟢 *[RESOLVED] InstanceDown*")
    assert "🔴" not in text


@pytest.mark.parametrize(
    ("kind", "changes", "text"),
    [
        ("tag_push", {"ref": "refs/tags/v1.0"}, "to [v1.0](http"),
        ("push", {"after": "0" * 40}, "deleted the branch master"),
        ("push", {"before": "0" * 40}, "created the branch [master]"),
        (
            "issue",
            {"object_attributes": {"iid": 23, "title": "A bug", "action": "close"}},
            "closed the issue #23 A bug",
        ),
        ("work_item", {"object_attributes": {"iid": 2, "title": "Task", "action": "open"}}, "opened the work item #2"),
        (
            "note",
            {
                "object_attributes": {"note": "Looks\ngood", "noteable_type": "MergeRequest"},
                "merge_request": {"title": "X"},
            },
            "commented on the merge request X",
        ),
        ("note", {"object_attributes": {"noteable_type": "Commit"}, "commit": {"id": "f" * 40}}, "commit ffffffff"),
        ("build", {"build_name": "test", "build_status": "success", "build_id": 3}, "🟢 [Job test]"),
        ("release", {"name": "v2", "tag": "v2", "action": "create", "url": "https://x.org/v2"}, "New release [v2]"),
        ("deployment", {"environment": "production", "status": "running"}, "🔵 Deployment to production"),
        ("feature_flag", {}, "feature flag"),
    ],
)
def test_each_event_of_gitlab_has_its_sentence(kind: str, changes: dict[str, Any], text: str) -> None:
    assert text in read("gitlab-push", object_kind=kind, **changes).text


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [None, 1, "x"], True])
def test_values_of_other_types_are_left_out(value: Any) -> None:
    for path in PAYLOADS.glob("*.json"):
        whole = json.loads(path.read_text())
        for key in whole:
            read(path.stem, **{key: value}) if is_message(whole | {key: value}) else None


def is_message(changed: dict[str, Any]) -> bool:
    """Return whether there is still something that makes it a message."""
    return any(changed.get(name) for name in ("text", "attachments", "msg")) or any(
        program.recognises(changed) for program in PROGRAMS
    )


def test_a_text_is_shortened_to_what_a_message_may_contain() -> None:
    assert len(read("zabbix", Message="x" * 10_000).text) == 4500
