"""The Matrix Push Gateway API, with the requests of its specification and of Sygnal's documentation."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from cloud.models import RegisteredWorkspace, UsageCount
from push.gateway.protocols.matrix.requests import BODY_MAX_BYTES
from push.models import GatewayApp
from tests.fakes.apple import FakeApple, apple_error
from tests.fakes.google import FakeGoogle, google_error
from tests.push.gateway.protocols.conftest import APP, APPLE_TOKEN, GOOGLE_TOKEN, Post

PATH = "/_matrix/push/v1/notify"
PUSHKEY = base64.b64encode(bytes.fromhex(APPLE_TOKEN)).decode()
# Matrix specification, "Push Gateway API", the example of POST /_matrix/push/v1/notify, with the ids of this app.
EXAMPLE: dict[str, Any] = {
    "content": {"body": "I'm floating in a most peculiar way.", "msgtype": "m.text"},
    "counts": {"missed_calls": 1, "unread": 2},
    "devices": [
        {
            "app_id": "org.example.chat.ios.prod",
            "data": {},
            "pushkey": PUSHKEY,
            "pushkey_ts": 12345678,
            "tweaks": {"sound": "bing"},
        }
    ],
    "event_id": "$3957tyerfgewrf384",
    "prio": "high",
    "room_alias": "#exampleroom:matrix.org",
    "room_id": "!slw48wfj34rtnrf:example.com",
    "room_name": "Mission Control",
    "sender": "@exampleuser:matrix.org",
    "sender_display_name": "Major Tom",
    "type": "m.room.message",
}


@pytest.fixture
def protocol() -> str:
    return "matrix"


def device(app_id: str = "org.example.chat.ios.prod", pushkey: str = PUSHKEY, **fields: Any) -> dict[str, Any]:
    return {"app_id": app_id, "pushkey": pushkey, "pushkey_ts": 1, **fields}


ANDROID = device("org.example.chat.android", GOOGLE_TOKEN)


def notify(post: Post, key: str, **fields: Any) -> Any:
    return post(f"{PATH}?key={key}", {"notification": {**EXAMPLE, **fields}})


def test_the_specifications_example_arrives_at_apple_as_from_sygnal(
    post: Post, key: str, fake_apple: FakeApple
) -> None:
    response = notify(post, key)
    assert (response.status_code, response.document) == (200, {"rejected": []})
    (push,) = fake_apple.accepted
    assert (push.token, push.topic) == (APPLE_TOKEN, APP)
    assert push.payload == {
        "aps": {
            "alert": {
                "loc-key": "MSG_FROM_USER_IN_ROOM_WITH_CONTENT",
                "loc-args": ["Major Tom", "Mission Control", "I'm floating in a most peculiar way."],
            },
            "badge": 3,
            "sound": "bing",
        },
        "room_id": "!slw48wfj34rtnrf:example.com",
        "event_id": "$3957tyerfgewrf384",
    }
    assert (push.headers["apns-push-type"], push.headers["apns-priority"]) == ("alert", "10")


def test_the_specifications_example_arrives_at_google_as_from_sygnal(
    post: Post, key: str, fake_google: FakeGoogle
) -> None:
    default_payload = {"client": "x1", "nested": {"a": 1}}
    devices = [{**ANDROID, "data": {"default_payload": default_payload}, "tweaks": {"highlight": True}}]
    assert notify(post, key, devices=devices).document == {"rejected": []}
    (push,) = fake_google.accepted
    assert push.data == {
        "client": "x1",
        "nested": '{"a": 1}',
        "event_id": "$3957tyerfgewrf384",
        "room_id": "!slw48wfj34rtnrf:example.com",
        "type": "m.room.message",
        "sender": "@exampleuser:matrix.org",
        "room_name": "Mission Control",
        "room_alias": "#exampleroom:matrix.org",
        "sender_display_name": "Major Tom",
        "content_msgtype": "m.text",
        "content_body": "I'm floating in a most peculiar way.",
        "prio": "high",
        "unread": "2",
        "missed_calls": "1",
        "highlight": "true",
    }


def test_only_an_events_id_shows_the_apps_default_payload(
    post: Post, key: str, fake_apple: FakeApple, fake_google: FakeGoogle
) -> None:
    # Sygnal, docs/applications.md: `event_id_only` with `default_payload`.
    shown = {"aps": {"mutable-content": 1, "alert": {"loc-key": "SINGLE_UNREAD", "loc-args": []}}}
    notification = {
        "event_id": "$3957tyerfgewrf384",
        "room_id": "!slw48wfj34rtnrf:example.com",
        "counts": {"unread": 2},
        "prio": "low",
        "devices": [device(data={"format": "event_id_only", "default_payload": shown}), ANDROID],
    }
    assert post(f"{PATH}?key={key}", {"notification": notification}).status_code == 200
    (apple,), (google,) = fake_apple.accepted, fake_google.accepted
    ids = {"event_id": "$3957tyerfgewrf384", "room_id": "!slw48wfj34rtnrf:example.com"}
    assert apple.payload == {**shown, **ids, "unread_count": 2}
    assert (apple.headers["apns-push-type"], apple.headers["apns-priority"]) == ("alert", "5")
    assert google.data == {**ids, "prio": "normal", "unread": "2"}


def test_without_an_alert_apple_only_wakes_the_app(post: Post, key: str, fake_apple: FakeApple) -> None:
    notification = {"event_id": "$1", "room_id": "!1", "devices": [device()]}
    assert post(f"{PATH}?key={key}", {"notification": notification}).status_code == 200
    (push,) = fake_apple.accepted
    assert push.payload == {"aps": {"content-available": 1}, "event_id": "$1", "room_id": "!1"}
    assert push.headers["apns-push-type"] == "background"


def test_counts_only_set_the_badge_and_are_not_counted(
    post: Post, key: str, fake_apple: FakeApple, fake_google: FakeGoogle
) -> None:
    # As Synapse sends it when messages have been read.
    notification = {
        "id": "",
        "type": None,
        "sender": "",
        "counts": {"unread": 0},
        "devices": [device(data={"default_payload": {"aps": {"alert": {}}}}), ANDROID],
    }
    assert post(f"{PATH}?key={key}", {"notification": notification}).document == {"rejected": []}
    (apple,), (google,) = fake_apple.accepted, fake_google.accepted
    assert apple.payload == {"aps": {"badge": 0}}
    assert google.data == {"prio": "high", "unread": "0"}
    assert set(UsageCount.objects.values_list("outcome", flat=True)) == {"silent"}


@pytest.mark.parametrize(
    ("event", "key_", "arguments"),
    [
        ({"content": {"msgtype": "m.emote", "body": "waves"}}, "ACTION_FROM_USER_IN_ROOM", ["Hall", "Tom", "waves"]),
        ({"content": {"msgtype": "m.image", "body": "a.png"}}, "IMAGE_FROM_USER_IN_ROOM", ["Tom", "a.png", "Hall"]),
        ({"content": {}, "type": "m.room.encrypted"}, "MSG_FROM_USER_IN_ROOM", ["Tom", "Hall"]),
        (
            {"room_name": "", "content": {"msgtype": "m.text", "body": "hi"}},
            "MSG_FROM_USER_WITH_CONTENT",
            ["Tom", "hi"],
        ),
        ({"type": "m.call.invite", "content": {"offer": {"sdp": "m=video"}}}, "VIDEO_CALL_FROM_USER", ["Tom"]),
        (
            {"type": "m.room.member", "membership": "invite", "user_is_target": True},
            "USER_INVITE_TO_NAMED_ROOM",
            ["Tom", "Hall"],
        ),
        ({"type": "org.example.poll"}, "MSG_FROM_USER", ["Tom"]),
    ],
    ids=["emote", "image", "encrypted", "direct", "video", "invitation", "other"],
)
def test_apps_translate_the_sentence_by_its_key(
    post: Post, key: str, fake_apple: FakeApple, event: dict[str, Any], key_: str, arguments: list[str]
) -> None:
    fields = {"room_name": "Hall", "room_alias": "", "sender_display_name": "Tom", "content": {}, **event}
    assert notify(post, key, **fields).status_code == 200
    assert fake_apple.accepted[0].payload["aps"]["alert"] == {"loc-key": key_, "loc-args": arguments}


def test_only_pushkeys_of_unknown_devices_are_rejected(
    post: Post, key: str, fake_apple: FakeApple, fake_google: FakeGoogle
) -> None:
    fake_apple.script(APPLE_TOKEN, apple_error("Unregistered"), apple_error("TopicDisallowed"))
    assert notify(post, key, devices=[device(), ANDROID]).document == {"rejected": [PUSHKEY]}
    # It could never succeed, but the device exists.
    assert notify(post, key, event_id="$2").document == {"rejected": []}
    fake_google.script(GOOGLE_TOKEN, google_error("UNREGISTERED"))
    assert notify(post, key, event_id="$3", devices=[ANDROID]).document == {"rejected": [GOOGLE_TOKEN]}


def test_the_homeserver_repeats_what_failed_for_the_moment_and_no_device_rings_twice(
    post: Post, key: str, fake_apple: FakeApple, fake_google: FakeGoogle
) -> None:
    fake_google.script(GOOGLE_TOKEN, google_error("UNAVAILABLE", retry_after=30))
    response = notify(post, key, devices=[device(), ANDROID])
    assert (response.status_code, response.document["errcode"]) == (502, "M_UNKNOWN")
    assert 30 <= int(response["Retry-After"]) <= 32
    # Counts may have changed in the meantime.
    assert notify(post, key, devices=[device(), ANDROID], counts={"unread": 5}).document == {"rejected": []}
    assert (len(fake_apple.accepted), len(fake_google.accepted)) == (1, 1)


def test_two_accounts_in_one_app_are_both_notified(post: Post, key: str, fake_apple: FakeApple) -> None:
    for pushkey_ts in (1, 2, 1):
        notify(post, key, devices=[device(pushkey_ts=pushkey_ts)])
    assert len(fake_apple.accepted) == 2


def test_an_exhausted_quota_is_repeated_later(post: Post, key: str) -> None:
    RegisteredWorkspace.objects.update(monthly_limit=0)
    response = notify(post, key)
    assert (response.status_code, response.document["errcode"]) == (429, "M_LIMIT_EXCEEDED")
    assert response.document["retry_after_ms"] == int(response["Retry-After"]) * 1000


def test_what_is_wrong_is_named_in_matrix_codes(post: Post, key: str) -> None:
    path = f"{PATH}?key={key}"
    unknown = device("org.example.other")
    cases = {
        "no JSON": (post(path, b"{"), 400, "M_BAD_JSON"),
        "no notification": (post(path, {}), 400, "M_BAD_JSON"),
        "no devices": (notify(post, key, devices=[]), 400, "M_BAD_JSON"),
        "no pushkey": (notify(post, key, devices=[{"app_id": APP}]), 400, "M_BAD_JSON"),
        "payload": (notify(post, key, devices=[device(data={"default_payload": "x"})]), 400, "M_BAD_JSON"),
        "too large": (post(path, b" " * (BODY_MAX_BYTES + 1)), 413, "M_TOO_LARGE"),
        "app": (notify(post, key, devices=[unknown]), 404, "M_NOT_FOUND"),
        "no key": (post(PATH, {}), 401, "M_UNKNOWN_TOKEN"),
        "another key": (post(f"{PATH}?key={'x' * 43}", {}), 401, "M_UNKNOWN_TOKEN"),
    }
    answers = {name: (case[0].status_code, case[0].document["errcode"]) for name, case in cases.items()}
    assert answers == {name: case[1:] for name, case in cases.items()}


def test_apps_are_known_by_their_own_name_by_the_token(
    post: Post, key: str, fake_apple: FakeApple, fake_google: FakeGoogle
) -> None:
    devices = [device(APP, APPLE_TOKEN.upper()), device(APP, GOOGLE_TOKEN)]
    assert notify(post, key, devices=devices).document == {"rejected": []}
    assert (fake_apple.accepted[0].token, fake_google.accepted[0].token) == (APPLE_TOKEN, GOOGLE_TOKEN)


def test_pushers_for_calls_use_apples_topic_for_calls(post: Post, key: str, fake_apple: FakeApple) -> None:
    call = {"type": "m.call.invite", "content": {}, "devices": [device("org.example.chat.ios.prod.voip")]}
    assert notify(post, key, **call).document == {"rejected": []}
    (push,) = fake_apple.accepted
    assert (push.topic, push.headers["apns-push-type"]) == (f"{APP}.voip", "voip")
    assert push.payload["aps"]["alert"]["loc-key"] == "VOICE_CALL_FROM_USER"


def test_an_app_that_is_switched_off_is_unknown_and_keeps_its_pushers(post: Post, key: str) -> None:
    GatewayApp.objects.filter(type="apn").update(is_active=False)
    assert notify(post, key).status_code == 404


def test_long_texts_of_other_people_are_shortened_and_repaired(
    post: Post, key: str, fake_apple: FakeApple, fake_google: FakeGoogle
) -> None:
    content = {"msgtype": "m.text", "body": "ä\0" * 5000, "formatted_body": "<b>" * 2000, "ciphertext": "x" * 9000}
    devices = [device(), ANDROID]
    assert notify(post, key, content=content, devices=devices, sender_display_name="🎭" * 3000).status_code == 200
    assert fake_apple.accepted[0].payload["aps"]["alert"]["loc-args"][2].startswith("ä\ufffdä")
    assert fake_google.accepted[0].data["content_body"].endswith("…")


def test_the_key_of_another_protocol_is_refused(post: Post, key: str) -> None:
    RegisteredWorkspace.objects.update(protocol="mattermost")
    response = notify(post, key)
    assert (response.status_code, response.document["errcode"]) == (403, "M_FORBIDDEN")
