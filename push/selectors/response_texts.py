"""Texts for the responses of providers, in the reader's language."""

from __future__ import annotations

from functools import cache

from django.utils import translation
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.models import Answer, Attempt, Device
from push.providers.registry import providers, providers_by_route

ERRORS: dict[Answer, str | Promise] = {
    Answer.DEAD: gettext_lazy("The push service no longer knows this device."),
    Answer.REFUSED: gettext_lazy("The push was refused."),
    Answer.UNAUTHORIZED: gettext_lazy("The workspace's credentials were refused."),
    Answer.NO_ROUTE: gettext_lazy("There was no route to the device."),
    Answer.OVER_QUOTA: gettext_lazy("The gateway's quota is used up."),
    Answer.HELD: gettext_lazy("The route is paused."),
    Answer.RETRY: gettext_lazy("The push service gave no definite response."),
}


def reason_text(key: str, reason: str) -> str:
    """Return the meaning of a provider's code for the route with this key; empty if it is unknown."""
    provider = providers_by_route().get(key.partition(":")[0])
    return str(provider.codes.get(reason, "")) if provider else ""


def response_text(key: str, status: int | None, reason: str, detail: str) -> str:
    """Return the text for a provider's response: HTTP status, code, message, and their meaning.

    If the response had no message, `detail` is already our sentence for the meaning, and no other is added.
    """
    code = ", ".join(filter(None, (f"HTTP {status}" if status else "", reason)))
    # gettext would translate an empty string to the catalogue's header.
    message = _(detail) if detail and detail != reason else ""
    response = ": ".join(filter(None, (code, message)))
    meaning = "" if detail in known_sentences() else reason_text(key, reason)
    return f"{response.rstrip('.')}. {meaning}" if response and meaning else response or meaning


@cache
def known_sentences() -> frozenset[str]:
    """Return the sentences of all meanings, untranslated."""
    with translation.override(None):
        sections = (section for provider in providers() for section in provider.answers)
        return frozenset(str(row.sentence) for section in sections for row in section.meanings)


def error_text(device: Device) -> str:
    """Return the text for the device's last error; empty if there is none."""
    response = response_text("", device.error_status, device.error_reason, device.error_detail)
    sentence = str(ERRORS[Answer(device.error_answer)]) if device.error_answer else ""
    return " ".join(filter(None, (sentence, response)))


def attempt_detail(attempt: Attempt) -> str:
    """Return the text for the response to an attempt; empty if it was accepted or there was none."""
    if attempt.answer == Answer.ACCEPTED:
        return ""
    return response_text(attempt.route, attempt.status, attempt.reason, attempt.detail)


def receipt_delay(attempt: Attempt) -> str:
    """Return how many seconds after sending the device confirmed the push, formatted with one decimal place."""
    assert attempt.received_at is not None
    seconds = max(0.0, (attempt.received_at - attempt.started_at).total_seconds())
    return number_format(seconds, 1)
