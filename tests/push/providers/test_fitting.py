"""Shortening texts, and making payloads fit."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from push.providers.apple.payload import apns_payload
from push.providers.fitting import PAYLOAD_MAX_BYTES, json_bytes, text_shorten
from push.providers.pushes import PayloadTooLargeError, Push

SCOTLAND = "🏴" + "".join(chr(0xE0000 + ord(letter)) for letter in "gbsct") + chr(0xE007F)
FAMILY = "👩\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("text", "length", "shortened"),
    [
        ("hello", 5, "hello"),
        ("hello", 4, "hell…"),
        ("hello world", 6, "hello…"),
        ("hello", 0, "…"),
        ("cafe\u0301 au lait", 4, "caf…"),
        (f"we {FAMILY} go", 5, "we…"),
        (f"we {FAMILY} go", 4, "we…"),
        ("ok 👍🏽 yes", 4, "ok…"),
        ("go 🇩🇪🇫🇷!", 4, "go…"),
        ("go 🇩🇪🇫🇷!", 5, "go 🇩🇪…"),
        ("go 🇩🇪🇫🇷!", 6, "go 🇩🇪…"),
        ("🇩🇪🇫🇷!", 1, "…"),
        (f"go {SCOTLAND} go", 6, "go…"),
        (f"go {SCOTLAND} go", 10, f"go {SCOTLAND}…"),
        ("on ❤️ off", 4, "on…"),
        ("1️⃣2️⃣", 2, "…"),
        ("\u1112\u1161\u11ab\u1100", 2, "…"),
    ],
)
def test_a_text_is_cut_between_whole_characters(text: str, length: int, shortened: str) -> None:
    assert text_shorten(text, length) == shortened


@pytest.mark.thorough
@given(
    title=st.text(max_size=70),
    text=st.text(min_size=1, max_size=3000),
    name=st.text(max_size=300),
    content=st.text(max_size=6000),
)
def test_every_push_fits_and_keeps_some_of_its_text(title: str, text: str, name: str, content: str) -> None:
    payload = {"host": "https://chat.example.org/", "rid": "r1", "senderName": name, "msg": content}
    body = apns_payload(Push(type="apn", token="t", topic="app", title=title, text=text, payload=payload))
    assert len(json_bytes(body)) <= PAYLOAD_MAX_BYTES
    assert body["aps"]["alert"]["body"] != ""


def ejson_of(**payload: object) -> dict[str, object]:
    push = Push(type="apn", token="t", topic="app", text="ana: " + "x" * 300, payload=payload)
    body = apns_payload(push)
    assert body["aps"]["alert"]["body"].startswith("ana: x")
    return json.loads(body["ejson"])


def test_encrypted_content_that_leaves_no_room_for_the_text_is_taken_out() -> None:
    kept = ejson_of(host="h", rid="r", senderName="Ana", content={"ciphertext": "x" * 5000}, msg="y")
    assert kept == {"host": "h", "rid": "r", "senderName": "Ana"}


def test_encrypted_content_that_leaves_room_is_kept() -> None:
    assert "content" in ejson_of(host="h", rid="r", content={"ciphertext": "x" * 3000})


def test_in_need_only_what_a_tap_needs_is_kept() -> None:
    assert ejson_of(host="h", rid="r", messageId="m", unheardOf="x" * 5000) == {
        "host": "h",
        "rid": "r",
        "messageId": "m",
    }


def test_a_title_without_end_is_shortened_too() -> None:
    push = Push(type="apn", token="t", topic="app", title="t" * 9000, text="hello", payload={"rid": "r"})
    alert = apns_payload(push)["aps"]["alert"]
    assert alert == {"title": "t" * 80 + "…", "body": "hello"}


def test_what_cannot_be_made_to_fit_is_refused() -> None:
    with pytest.raises(PayloadTooLargeError):
        apns_payload(Push(type="apn", token="t", topic="app", text="hello", payload={"host": "h" * 5000}))


def test_half_a_surrogate_pair_does_not_keep_a_push_from_being_sent() -> None:
    assert json_bytes({"text": "a\ud83d"}) == b'{"text":"a?"}'
