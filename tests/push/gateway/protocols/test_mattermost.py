"""The protocol of mattermost-push-proxy, with pushes as Mattermost servers send them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from cloud.models import RegisteredWorkspace, UsageCount
from cloud.selectors.traffic import traffic_now
from tests.fakes.apple import FakeApple, apple_error
from tests.fakes.google import FakeGoogle, google_error
from tests.push.gateway.protocols.conftest import APP, APPLE_TOKEN, GOOGLE_TOKEN, Post

# As a Mattermost server builds it (channels/app/notification_push.go), for the message of a thread.
MESSAGE: dict[str, Any] = {
    "ack_id": "ack1",
    "platform": "apple_rn-v2",
    "server_id": "server1",
    "device_id": APPLE_TOKEN,
    "category": "CAN_REPLY",
    "sound": "",
    "message": "@ana: disk full",
    "badge": 3,
    "cont_ava": 0,
    "team_id": "team1",
    "channel_id": "channel1",
    "root_id": "root1",
    "channel_name": "Operations",
    "type": "message",
    "sender_id": "sender1",
    "sender_name": "ana",
    "override_username": "",
    "override_icon_url": "",
    "from_webhook": "",
    "version": "v2",
    "is_crt_enabled": True,
    "is_id_loaded": False,
    "post_id": "post1",
    "signature": "jwt1",
}
IDS = {
    "ack_id": "ack1",
    "server_id": "server1",
    "channel_id": "channel1",
    "root_id": "root1",
    "signature": "jwt1",
}
ANDROID = {"platform": "android_rn-v2", "device_id": GOOGLE_TOKEN}
ID_LOADED = {"is_id_loaded": True, "message": "You've received a new message.", "channel_name": "", "sender_name": ""}


@pytest.fixture
def protocol() -> str:
    return "mattermost"


def send(post: Post, key: str, **fields: Any) -> Any:
    return post(f"/gateway/{key}/api/v1/send_push", {**MESSAGE, **fields})


def test_a_message_arrives_at_apple_as_from_the_proxy(post: Post, key: str, fake_apple: FakeApple) -> None:
    response = send(post, key)
    assert (response.status_code, response.document) == (200, {"status": "OK"})
    (push,) = fake_apple.accepted
    assert (push.token, push.topic) == (APPLE_TOKEN, APP)
    assert push.payload == {
        "aps": {
            "badge": 3,
            "alert": {"title": "Operations", "body": "@ana: disk full"},
            "mutable-content": 1,
            "category": "CAN_REPLY",
            "sound": "default",
            "thread-id": "channel1",
        },
        **IDS,
        "type": "message",
        "team_id": "team1",
        "sender_id": "sender1",
        "sender_name": "ana",
        "post_id": "post1",
        "version": "v2",
        "channel_name": "Operations",
        "is_crt_enabled": True,
    }


def test_a_message_arrives_at_google_as_from_the_proxy(post: Post, key: str, fake_google: FakeGoogle) -> None:
    assert send(post, key, **ANDROID).document == {"status": "OK"}
    assert fake_google.accepted[0].data == {
        **IDS,
        "type": "message",
        "version": "v2",
        "badge": "3",
        "is_crt_enabled": "true",
        "team_id": "team1",
        "sender_id": "sender1",
        "sender_name": "ana",
        "post_id": "post1",
        "message": "@ana: disk full",
        "channel_name": "Operations",
    }


def test_an_id_loaded_message_names_nobody(
    post: Post, key: str, fake_apple: FakeApple, fake_google: FakeGoogle
) -> None:
    send(post, key, **ID_LOADED)
    send(post, key, **ID_LOADED, **ANDROID)
    apple, google = fake_apple.accepted[0].payload, fake_google.accepted[0].data
    assert apple["aps"]["alert"] == {"body": "You've received a new message."}
    assert (apple["id_loaded"], apple["aps"]["mutable-content"], apple["post_id"]) == (True, 1, "post1")
    assert "channel_name" not in apple
    assert "sender_name" not in apple
    assert (google["id_loaded"], google["sender_name"], google["post_id"]) == ("true", "Someone", "post1")


@pytest.mark.parametrize("badge", [0, -1])
def test_a_clear_shows_nothing_and_is_not_counted(
    post: Post, key: str, fake_apple: FakeApple, fake_google: FakeGoogle, badge: int
) -> None:
    fields = {"type": "clear", "message": "", "badge": badge}
    assert send(post, key, **fields).document == {"status": "OK"}
    assert send(post, key, **fields, **ANDROID).document == {"status": "OK"}
    (apple,), (google,) = fake_apple.accepted, fake_google.accepted
    number = {} if badge < 0 else {"badge": 0}
    assert apple.payload["aps"] == {**number, "content-available": 1, "thread-id": "channel1"}
    assert apple.headers["apns-push-type"] == ("background" if badge < 0 else "alert")
    assert (google.data["type"], "message" in google.data) == ("clear", False)
    assert set(UsageCount.objects.values_list("outcome", flat=True)) == {"silent"}


def test_a_new_number_without_an_alert(post: Post, key: str, fake_apple: FakeApple) -> None:
    send(post, key, type="update_badge", message="", badge=7)
    assert fake_apple.accepted[0].payload["aps"] == {"badge": 7, "thread-id": "channel1"}


@pytest.mark.parametrize("type", ["session", "test"])
def test_expired_sessions_and_test_pushes_show_their_text(
    post: Post, key: str, fake_apple: FakeApple, fake_google: FakeGoogle, type: str
) -> None:
    fields = {"type": type, "message": "Session Expired: Please log in.", "channel_name": "", "version": "v2"}
    send(post, key, **fields)
    send(post, key, **fields, **ANDROID)
    assert fake_apple.accepted[0].payload["aps"]["alert"] == {"body": "Session Expired: Please log in."}
    assert fake_google.accepted[0].data["message"] == "Session Expired: Please log in."


def test_a_device_that_no_longer_exists_is_removed(
    post: Post, key: str, fake_apple: FakeApple, fake_google: FakeGoogle
) -> None:
    fake_apple.script(APPLE_TOKEN, apple_error("BadDeviceToken"))
    fake_google.script(GOOGLE_TOKEN, google_error("UNREGISTERED"))
    for fields in ({}, ANDROID):
        response = send(post, key, **fields)
        assert (response.status_code, response.document) == (200, {"status": "REMOVE"})


def test_another_failure_is_reported_with_its_reason(post: Post, key: str, fake_apple: FakeApple) -> None:
    fake_apple.script(APPLE_TOKEN, apple_error("TopicDisallowed"))
    response = send(post, key)
    assert (response.status_code, response.document["status"]) == (200, "FAIL")
    assert response.document["error"].startswith("TopicDisallowed")


def test_a_repeated_push_is_sent_once(post: Post, key: str, fake_apple: FakeApple) -> None:
    assert {send(post, key).document["status"] for _time in range(2)} == {"OK"}
    assert len(fake_apple.accepted) == 1


def test_what_the_proxy_refuses_is_refused_in_its_words(post: Post, key: str) -> None:
    errors = [
        post(f"/gateway/{key}/api/v1/send_push", b"{").document,
        send(post, key, server_id="").document,
        send(post, key, device_id="").document,
        send(post, key, platform="").document,
    ]
    assert {error["status"] for error in errors} == {"FAIL"}
    assert [error["error"].partition(" [")[0] for error in errors] == [
        "Failed to read message body",
        "Failed because of missing server Id",
        "Failed because of missing device Id",
        "Did not send message because of missing platform property",
    ]


def test_failures_of_the_gateway_have_an_http_status_as_well(post: Post, key: str) -> None:
    RegisteredWorkspace.objects.update(monthly_limit=0)
    unknown = post(f"/gateway/{'x' * 43}/api/v1/send_push", MESSAGE)
    answers = [send(post, key), unknown, send(post, key, platform="junk")]
    assert [(answer.status_code, answer.document["status"]) for answer in answers] == [
        (429, "FAIL"),
        (401, "FAIL"),
        (422, "FAIL"),
    ]
    assert "quota" in answers[0].document["error"]


def test_receipts_are_counted(post: Post, key: str, fake_apple: FakeApple) -> None:
    path = f"/gateway/{key}/api/v1/ack"
    receipt = {"id": "ack1", "platform": "ios", "type": "message", "received_at": 1, "ack_at": 2}
    assert post(path, receipt).document == {"status": "OK"}
    received = UsageCount.objects.filter(outcome="received")
    assert not received.exists()
    send(post, key)
    assert post(path, receipt).document == {"status": "OK"}
    assert received.values_list("app", "platform", "count").get() == (APP, "apn", 1)
    assert [row.total for row in traffic_now()] == [1]
    assert post(path, {**receipt, "id": ""}).document["error"].startswith("Failed because of missing ack Id")


def test_the_version_is_reported_and_the_apis_own_paths_stay_free(client: Client, key: str) -> None:
    assert set(client.get(f"/gateway/{key}/version").json()) == {"version", "hash"}
    assert client.post("/api/v1/send_push").json()["success"] is False
