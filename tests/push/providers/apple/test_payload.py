"""What goes to Apple."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from push.providers.apple.payload import apns_headers, apns_payload
from push.providers.pushes import Push

IDENTITY = "8d1f2a90-3b7c-4c55-9f1e-0a2b3c4d5e6f"


def push(**fields: object) -> Push:
    defaults = {
        "type": "apn",
        "token": "a1" * 32,
        "title": "#ops",
        "text": "ana: disk full",
        "badge": 3,
        "sound": "default",
        "not_id": 42,
        "topic": "chat.rocket.reactnative",
        "payload": {"host": "https://chat.example.org/", "rid": "r1", "sender": {"username": "zoë"}},
        "category": "MESSAGE",
        "sender": "push",
        "identity": IDENTITY,
    }
    return Push(**(defaults | fields))


def test_the_body_has_the_shape_that_the_app_expects() -> None:
    assert apns_payload(push()) == {
        "aps": {
            "alert": {"title": "#ops", "body": "ana: disk full"},
            "badge": 3,
            "sound": "default",
            "category": "MESSAGE",
            "thread-id": "42",
            "mutable-content": 1,
        },
        "ejson": '{"host":"https://chat.example.org/","rid":"r1","sender":{"username":"zoë"}}',
        "messageFrom": "push",
    }


def test_what_the_sender_left_out_stays_out() -> None:
    body = apns_payload(Push(type="apn", token="t", text="hello", topic="app"))
    assert body == {
        "aps": {"alert": {"title": "", "body": "hello"}, "mutable-content": 1},
        "ejson": "{}",
        "messageFrom": "",
    }


def test_a_badge_of_nought_is_sent_so_that_it_is_taken_off_the_icon() -> None:
    assert apns_payload(push(badge=0))["aps"]["badge"] == 0


def test_content_available_is_passed_on() -> None:
    assert apns_payload(push(content_available=True))["aps"]["content-available"] == 1


def test_the_headers_name_the_app_and_expire_after_the_lifetime() -> None:
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    assert apns_headers(push(lifetime=7200), at=noon) == {
        "apns-topic": "chat.rocket.reactnative",
        "apns-priority": "10",
        "apns-push-type": "alert",
        "apns-expiration": str(int(noon.timestamp()) + 7200),
        "apns-id": IDENTITY,
        "apns-collapse-id": IDENTITY,
    }


def test_an_identity_that_is_no_uuid_becomes_the_same_one_every_time() -> None:
    at = datetime(2026, 5, 4, 12, tzinfo=UTC)
    first, again = (apns_headers(push(identity="m1-d1"), at=at)["apns-id"] for _time in range(2))
    other = apns_headers(push(identity="m1-d2"), at=at)["apns-id"]
    assert first == again != other
    assert len(first) == 36


def test_without_an_identity_apple_is_left_to_choose() -> None:
    assert "apns-id" not in apns_headers(push(identity=""), at=datetime(2026, 5, 4, tzinfo=UTC))


def test_a_long_text_is_shortened_until_the_body_fits() -> None:
    body = apns_payload(push(text="ana: " + "€" * 5000))
    text = body["aps"]["alert"]["body"]
    assert text.startswith("ana: €€€")
    assert text.endswith("€…")
    size = len(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())
    assert 4096 - 3 < size <= 4096


def test_a_silent_push_holds_nothing_that_apple_forbids_there() -> None:
    silent = push(title="", text="", is_silent=True, payload={"rid": "r1", "type": "clear", "badge": 0})
    assert apns_payload(silent) == {
        "aps": {"content-available": 1},
        "ejson": '{"rid":"r1","type":"clear","badge":0}',
        "messageFrom": "push",
    }
    headers = apns_headers(silent, at=datetime(2026, 3, 2, tzinfo=UTC))
    assert (headers["apns-push-type"], headers["apns-priority"]) == ("background", "5")


def test_a_push_without_a_lifetime_is_delivered_at_once_or_not_at_all() -> None:
    assert apns_headers(push(lifetime=0), at=datetime(2026, 5, 4, tzinfo=UTC))["apns-expiration"] == "0"


def test_a_call_wakes_the_app_and_alerts_nobody() -> None:
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    call = push(topic="chat.rocket.reactnative.voip", payload={"notificationType": "voip", "callId": "c1"})
    assert apns_payload(call) == {
        "aps": {"content-available": 1},
        "ejson": '{"notificationType":"voip","callId":"c1"}',
        "messageFrom": "push",
    }
    headers = apns_headers(call, at=noon)
    assert (headers["apns-push-type"], headers["apns-priority"]) == ("voip", "10")
    assert headers["apns-topic"] == "chat.rocket.reactnative.voip"
    assert headers["apns-expiration"] == str(int(noon.timestamp()) + 60)
