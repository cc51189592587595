"""What providers answered, in words for people, in the language of whoever reads them."""

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
    Answer.DEAD: gettext_lazy("Its push service does not know it any more."),
    Answer.REFUSED: gettext_lazy("The push was refused."),
    Answer.UNAUTHORIZED: gettext_lazy("The workspace's credentials were refused."),
    Answer.NO_ROUTE: gettext_lazy("There was no way to the device."),
    Answer.OVER_QUOTA: gettext_lazy("The gateway's quota is used up."),
    Answer.HELD: gettext_lazy("The route is paused."),
    Answer.RETRY: gettext_lazy("The push service gave no definite answer."),
}


def reason_words(key: str, reason: str) -> str:
    """Return what a provider's code means, for the route with this key; empty where it is not known."""
    provider = providers_by_route().get(key.partition(":")[0])
    return str(provider.codes.get(reason, "")) if provider else ""


def answer_words(key: str, status: int | None, reason: str, detail: str) -> str:
    """Return what a provider answered: the HTTP status, its code and words, and what they mean.

    Where it had no words of its own, the detail is a sentence of ours: that of the answer's meaning, which says it all.
    """
    code = ", ".join(filter(None, (f"HTTP {status}" if status else "", reason)))
    # An empty text would be translated to the catalogue's head.
    words = _(detail) if detail and detail != reason else ""
    told = ": ".join(filter(None, (code, words)))
    meaning = "" if detail in own_sentences() else reason_words(key, reason)
    return f"{told.rstrip('.')}. {meaning}" if told and meaning else told or meaning


@cache
def own_sentences() -> frozenset[str]:
    """Return the sentences of all meanings, untranslated."""
    with translation.override(None):
        sections = (section for provider in providers() for section in provider.answers)
        return frozenset(str(row.sentence) for section in sections for row in section.meanings)


def error_words(device: Device) -> str:
    """Return what was last wrong with the device, in words; empty where nothing is."""
    said = answer_words("", device.error_status, device.error_reason, device.error_detail)
    sentence = str(ERRORS[Answer(device.error_answer)]) if device.error_answer else ""
    return " ".join(filter(None, (sentence, said)))


def try_words(attempt: Attempt) -> str:
    """Return what was answered to a try, with what the provider's code means; empty for nothing to be told."""
    if attempt.answer == Answer.ACCEPTED:
        return ""
    return answer_words(attempt.route, attempt.status, attempt.reason, attempt.detail)


def receipt_delay(attempt: Attempt) -> str:
    """Return how many seconds after sending the device confirmed the push, formatted with one decimal place."""
    assert attempt.received_at is not None
    seconds = max(0.0, (attempt.received_at - attempt.started_at).total_seconds())
    return number_format(seconds, 1)
