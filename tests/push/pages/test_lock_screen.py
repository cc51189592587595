"""Parsing provider payloads into the notifications that a phone would show."""

from __future__ import annotations

import pytest

from push.models import SandboxPush
from push.pages.lock_screen import card_for
from push.providers.pushes import Push
from push.providers.sandbox.transport import SandboxProvider

pytestmark = pytest.mark.django_db


def received(**fields: object) -> SandboxPush:
    SandboxProvider().send(Push(**({"type": "apn", "token": "t", "topic": "app"} | fields)))
    return SandboxPush.objects.get()


@pytest.mark.parametrize("type", ["apn", "gcm"])
def test_title_text_badge_and_room_are_parsed_from_the_payload(type: str) -> None:
    push = received(type=type, title="#ops", text="ana: disk full", badge=3, not_id=42)
    card = card_for(push)
    assert (card["title"], card["text"], card["badge"], card["thread"]) == ("#ops", "ana: disk full", 3, "42")
    assert card["payload"] == push.payload
    assert card["received_at"] == int(push.received_at.timestamp() * 1000)


@pytest.mark.parametrize("type", ["apn", "gcm"])
def test_a_push_without_a_badge_does_not_change_the_icon(type: str) -> None:
    assert card_for(received(type=type))["badge"] is None


def test_an_apple_push_without_a_room_has_no_thread() -> None:
    assert card_for(received())["thread"] == ""


def test_headers_are_shown_if_the_provider_uses_any() -> None:
    assert card_for(received())["headers"]["apns-topic"] == "app"


@pytest.mark.parametrize("type", ["apn", "gcm"])
def test_a_silent_update_clears_a_thread(type: str) -> None:
    payload = {"rid": "r1", "type": "clear", "notId": 42, "badge": 7}
    card = card_for(received(type=type, is_silent=True, not_id=42, badge=7, payload=payload))
    assert (card["clears"], card["thread"], card["badge"]) == (True, "42", 7)
    assert (card["title"], card["text"]) == ("", "")


def test_payloads_of_other_apps_are_shown_and_new_counts_only_change_the_badge() -> None:
    alert = {"loc-key": "MSG_FROM_USER", "loc-args": ["Ana"]}
    payloads: list[tuple[str, dict[str, object]]] = [
        ("apn", {"aps": {"alert": alert, "badge": 2}}),
        ("apn", {"aps": {"badge": 0}}),
        ("gcm", {"message": {"data": {"room_name": "Hall", "content_body": "hi", "unread": "2"}}}),
        ("gcm", {"message": {"data": {"unread": "0", "prio": "high"}}}),
        ("gcm", {"message": {"data": {"channel_name": "Hall", "message": "hi", "badge": "1"}}}),
    ]
    cards = [card_for(SandboxPush(pk=1, type=type, payload=payload, headers={})) for type, payload in payloads]
    assert [(card["title"], card["text"], card["badge"], card["only_badge"]) for card in cards] == [
        ("MSG_FROM_USER", "Ana", 2, False),
        ("", "", 0, True),
        ("Hall", "hi", 2, False),
        ("", "", 0, True),
        ("Hall", "hi", 1, False),
    ]
