"""Texts for the responses of providers."""

from __future__ import annotations

from django.utils import translation

from push.models import Answer, Device
from push.providers.apple.meanings import BY_REASON as APPLE
from push.providers.google.meanings import TOKEN_INVALID
from push.selectors.response_texts import error_text, response_text


def test_a_code_is_shown_with_its_meaning_once() -> None:
    meaning = str(APPLE["BadTopic"].sentence)
    assert response_text("apple", 400, "BadTopic", meaning) == "HTTP 400, BadTopic: The app name is not a bundle id."


def test_the_determined_meaning_is_shown_if_a_code_has_several() -> None:
    text = response_text("google", 400, TOKEN_INVALID.reason, str(TOKEN_INVALID.sentence))
    assert text == "HTTP 400, INVALID_ARGUMENT: The token is not one of Google's."


def test_a_providers_message_is_shown_before_the_meaning() -> None:
    text = response_text("google", 404, "UNREGISTERED", "Requested entity was not found.")
    assert text == (
        "HTTP 404, UNREGISTERED: Requested entity was not found. "
        "The app was removed from the device, or the token replaced."
    )


def test_texts_are_in_the_readers_language() -> None:
    device = Device(
        error_answer=Answer.DEAD,
        error_status=410,
        error_reason="Unregistered",
        error_detail=str(APPLE["Unregistered"].sentence),
    )
    english = error_text(device)
    assert english.startswith("The push service no longer knows this device. HTTP 410, Unregistered: ")
    with translation.override("de"):
        german = error_text(device)
    assert german.startswith("Der Push-Dienst")
    assert device.error_detail not in german


def test_a_device_without_an_error_has_no_text() -> None:
    assert error_text(Device()) == ""
