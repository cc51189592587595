"""statistics"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from cloud.models import SetupWizardSettings
from push.models import Channel, Notification, PushSettings, State, WorkerBeat
from push.services.retention import notifications_prune
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from tests.push.conftest import Post, queue, settings_change
from workspace.api.info import COMPATIBLE_VERSION
from workspace.models import GeneralSettings, User
from workspace.services.presence import activity_report

pytestmark = pytest.mark.django_db


def statistics(**query: Any) -> dict[str, Any]:
    body: dict[str, Any] = ApiClient(UserFactory(roles=("admin", "user"))).get("statistics", **query).json()
    assert body["success"] is True
    return body


def ended(receiver: User, post: Post, *, state: State, days_ago: int = 0, **fields: Any) -> None:
    item = queue(receiver, post(), **fields)
    Notification.objects.filter(pk=item.pk).update(state=state, finished_at=timezone.now() - timedelta(days=days_ago))


def test_counts_sent_pushes_including_pruned_ones_and_queued_pushes(receiver: User, post: Post) -> None:
    assert (statistics()["push"], statistics()["pushQueue"]) == (0, 0)
    for days_ago in (0, 10, 20, 20):
        ended(receiver, post, state=State.SENT, days_ago=days_ago)
    ended(receiver, post, state=State.SENT, days_ago=20, channel=Channel.EMAIL)
    ended(receiver, post, state=State.DROPPED, days_ago=20)
    queue(receiver, post(), due_in=60)
    queue(receiver, post(), due_in=60, channel=Channel.EMAIL)
    for refresh in ("true", "False"):
        body = statistics(refresh=refresh)
        assert (body["push"], body["pushQueue"]) == (4, 1)
    notifications_prune(timezone.now() - timedelta(days=15))
    assert Notification.objects.filter(state=State.SENT).count() == 2
    assert statistics()["push"] == 4


def test_returns_the_workspaces_ids(settings: Any) -> None:
    body = statistics()
    assert body["uniqueId"] == GeneralSettings.current().unique_id
    assert body["installedAt"].endswith("Z")
    assert body["wizard"] == {"registerServer": SetupWizardSettings.current().register_server}
    assert body["deploymentFingerprintVerified"] is True
    settings.SITE_URL = "https://elsewhere.example"
    assert statistics()["deploymentFingerprintHash"] != body["deploymentFingerprintHash"]


def test_returns_the_push_settings() -> None:
    body = statistics()
    assert body["settings"] == {"push": {"pushEnable": True}}
    assert body["pushSecured"] is PushSettings.current().request_content_from_server
    settings_change(enable=False)
    PushSettings.forget_cached()
    assert statistics()["settings"] == {"push": {"pushEnable": False}}


def test_requires_the_permission_to_view_statistics() -> None:
    member = UserFactory()
    assert failure(ApiClient(member).get("statistics")) == "Not allowed [error-not-allowed]"
    member.user_permissions.add(Permission.objects.get(codename="view_statistics"))
    assert ApiClient(member).get("statistics").status_code == 200


def test_anonymous_requests_are_rejected() -> None:
    response = ApiClient().get("statistics")
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)


def test_counts_accounts_rooms_and_messages() -> None:
    ana, bob = UserFactory(language="de"), UserFactory(is_active=False)
    message_in(RoomFactory(members=[ana, bob]), ana)
    direct_room(ana, bob)
    activity_report(user=ana, client="page:1")
    body = statistics()
    assert (body["totalUsers"], body["activeUsers"], body["nonActiveUsers"]) == (3 + 1, 2 + 1, 1)
    assert (body["onlineUsers"], body["totalConnectedUsers"], body["offlineUsers"]) == (1, 1, 1 + 1)
    assert body["userLanguages"] == {"de": 1, "none": 2 + 1}
    assert (body["totalRooms"], body["totalChannels"], body["totalDirect"]) == (2, 1, 1)
    assert (body["totalMessages"], body["totalChannelMessages"], body["totalPrivateGroupMessages"]) == (1, 1, 0)
    assert body["lastMessageSentAt"].endswith("Z")
    assert body["version"] == COMPATIBLE_VERSION


def test_the_list_contains_the_current_statistics() -> None:
    body = ApiClient(UserFactory(roles=("admin",))).get("statistics.list", count=50).json()
    assert (body["count"], body["total"], body["statistics"][0]["totalUsers"]) == (1, 1, 1)
    assert failure(ApiClient(UserFactory()).get("statistics.list")) == "Not allowed [error-not-allowed]"
    assert ApiClient().get("statistics.list").json() == NOT_SIGNED_IN


def test_running_workers_are_listed() -> None:
    WorkerBeat.objects.create(name="host:1")
    WorkerBeat.objects.create(name="host:2", beat_at=timezone.now() - timedelta(minutes=1))
    api = ApiClient(UserFactory(roles=("admin",)))
    assert [instance["name"] for instance in api.get("instances.get").json()["instances"]] == ["host:1"]
    assert api.get("statistics").json()["instanceCount"] == 1
    assert failure(ApiClient(UserFactory()).get("instances.get"), 403).endswith("[error-unauthorized]")
    assert ApiClient().get("instances.get").json() == NOT_SIGNED_IN
