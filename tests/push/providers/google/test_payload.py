"""What goes to Google."""

from __future__ import annotations

import json

from push.providers.google.payload import fcm_message
from push.providers.pushes import Push


def push(**fields: object) -> Push:
    defaults = {
        "type": "gcm",
        "token": "fcm-token",
        "title": "#ops",
        "text": "ana: disk full",
        "badge": 3,
        "sound": "default",
        "not_id": 42,
        "payload": {"host": "https://chat.example.org/", "rid": "r1"},
        "style": "inbox",
        "image": "https://chat.example.org/icon.png",
        "sender": "push",
    }
    return Push(**(defaults | fields))


def test_the_message_is_data_only_and_all_strings() -> None:
    assert fcm_message(push()) == {
        "message": {
            "token": "fcm-token",
            "data": {
                "ejson": '{"host":"https://chat.example.org/","rid":"r1"}',
                "notId": "42",
                "title": "#ops",
                "message": "ana: disk full",
                "style": "inbox",
                "image": "https://chat.example.org/icon.png",
                "msgcnt": "3",
                "soundname": "default",
            },
            "android": {"priority": "HIGH", "ttl": "86400s"},
        }
    }


def test_what_the_sender_left_out_stays_out_but_for_title_and_text() -> None:
    data = fcm_message(Push(type="gcm", token="t", not_id=1))["message"]["data"]
    assert data == {"ejson": "{}", "notId": "1", "title": "", "message": ""}


def test_a_badge_of_nought_is_told() -> None:
    assert fcm_message(push(badge=0))["message"]["data"]["msgcnt"] == "0"


def test_without_a_number_the_room_gives_one_because_the_app_drops_pushes_that_have_none() -> None:
    def number(**payload: str) -> int:
        return int(fcm_message(push(not_id=None, payload=payload))["message"]["data"]["notId"])

    assert number(host="h", rid="r1") == number(host="h", rid="r1") != number(host="h", rid="r2")
    assert 0 <= number() < 2**31


def test_a_long_text_is_shortened_until_the_data_fits() -> None:
    data = fcm_message(push(text="ana: " + "😀" * 3000))["message"]["data"]
    assert data["message"].startswith("ana: 😀")
    assert data["message"].endswith("😀…")
    assert 4096 - 4 < len(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()) <= 4096


def test_a_silent_push_has_no_text_and_no_hurry() -> None:
    message = fcm_message(push(title="", text="", is_silent=True, badge=0))["message"]
    assert message["android"]["priority"] == "NORMAL"
    assert not {"title", "message"} & set(message["data"])
    assert (message["data"]["notId"], message["data"]["msgcnt"]) == ("42", "0")
