"""What a scrape reads from the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cloud.models import OwnQuota
from cloud.selectors.quota import month_of
from push.models import AppRoute, GatewayApp, RouteState
from push.monitoring import gauges
from push.selectors.routes import routes_current
from push.services.fanout import pending_decide
from push.worker.heartbeat import Heartbeat
from tests.fakes.gateway import FakeGateway
from tests.keys import certificate_pem, key_pem, rsa_key
from tests.push.conftest import Post, claimed_by, queue, settings_change
from workspace.models import User

pytestmark = pytest.mark.django_db


def values() -> dict[tuple[str, ...], float]:
    return {(metric.name.removeprefix("callboard_"), *labels): value for metric, labels, value in gauges.readings()}


def test_an_empty_installation() -> None:
    found = values()
    for name in ("queue_oldest_due_seconds", "decisions_pending", "decisions_oldest_seconds", "workers_running"):
        assert found[name,] == 0
    assert {found["queue_notifications", status] for status in ("due", "later", "sending")} == {0}


def test_the_queue(receiver: User, post: Post) -> None:
    Heartbeat().beat()
    queue(receiver, post(), due_in=-40)
    queue(receiver, post(), due_in=60)
    claimed_by(queue(receiver, post()))
    claimed_by(queue(receiver, post(), due_in=90), "other", is_begun=False)
    found = values()
    counts = [found["queue_notifications", status] for status in ("due", "later", "sending")]
    assert counts == [2, 2, 1]
    assert found["queue_claimed_notifications",] == 2
    assert 40 <= found["queue_oldest_due_seconds",] < 60
    assert found["workers_running",] == 1


def test_undecided_messages(receiver: User, post: Post) -> None:
    post("@bob")
    assert values()["decisions_pending",] == 1
    pending_decide()
    assert values()["decisions_pending",] == 0


def test_counting_stops_at_a_limit(receiver: User, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauges, "COUNT_LIMIT", 2)
    for _number in range(4):
        queue(receiver, post())
    assert values()["queue_notifications", "due"] == 2


def test_paused_routes(gateway: FakeGateway) -> None:
    assert values()["route_paused", "gateway", ""] == 0
    (route,) = (route for route in routes_current().all() if route.kind == "gateway")
    state = {"key": route.key, "fingerprint": route.fingerprint, "paused_at": timezone.now()}
    RouteState.objects.create(**state)
    RouteState.objects.create(**state, app_name="org.example.app")
    RouteState.objects.create(key="gateway", app_name="former", fingerprint="old", paused_at=timezone.now())
    found = values()
    paused = {labels[2]: value for labels, value in found.items() if labels[:2] == ("route_paused", "gateway")}
    assert paused == {"": 1, "org.example.app": 1}


def test_expiring_credentials(settings: Any) -> None:
    key = rsa_key()
    keys = {"apn_cert": certificate_pem(key, days=10), "apn_key": key_pem(key)}
    settings_change(enable_gateway=False, **keys)
    AppRoute.objects.create(app_name="org.example.app", kind="direct", **keys)
    GatewayApp.objects.create(app_name="org.example.app", type="apn", **keys)
    found = {labels[1:]: value for labels, value in values().items() if labels[0].startswith("credential_expiry")}
    assert found.keys() == {
        ("apple", "", "workspace"),
        ("apple", "org.example.app", "workspace"),
        ("apple", "org.example.app", "gateway"),
    }
    expected = timezone.now() + timedelta(days=10)
    assert {round((value - expected.timestamp()) / 86_400) for value in found.values()} == {0}


def test_quota(gateway: FakeGateway) -> None:
    assert ("quota_used_pushes",) not in values()
    OwnQuota.objects.create(month=month_of(), used=800, limit=1000)
    found = values()
    assert (found["quota_used_pushes",], found["quota_limit_pushes",]) == (800, 1000)
    OwnQuota.objects.update(limit=None)
    assert ("quota_limit_pushes",) not in values()


def test_a_cloud_alone_has_no_queue(settings: Any) -> None:
    settings.ROLES = {"cloud"}
    assert {labels[0] for labels in values()} == {"workers_running"}
