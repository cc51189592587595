"""What providers answered, in words for people, in the language of whoever reads them."""

from __future__ import annotations

from functools import cache

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.models import Answer, Attempt, Device
from push.providers.apple.meanings import APPLE_MEANINGS
from push.providers.google.meanings import BY_STATUS, GOOGLE_MEANINGS, TOKEN_INVALID, TOKEN_MEANINGS, TOO_LARGE
from push.providers.routes import RouteKind
from push.providers.web_push.meanings import WEBPUSH_MEANINGS

MEANINGS = (
    *(*APPLE_MEANINGS, *BY_STATUS.values(), *GOOGLE_MEANINGS, TOKEN_INVALID, TOO_LARGE, *TOKEN_MEANINGS),
    *WEBPUSH_MEANINGS,
)
ERRORS: dict[Answer, str | Promise] = {
    Answer.DEAD: gettext_lazy("Its push service does not know it any more."),
    Answer.REFUSED: gettext_lazy("The push was refused."),
    Answer.UNAUTHORIZED: gettext_lazy("The workspace's credentials were refused."),
    Answer.NO_ROUTE: gettext_lazy("There was no way to the device."),
    Answer.OVER_QUOTA: gettext_lazy("The gateway's quota is used up."),
    Answer.HELD: gettext_lazy("The route is paused."),
    Answer.RETRY: gettext_lazy("The push service gave no definite answer."),
}
SENTENCES: dict[str, dict[str, str | Promise]] = {
    RouteKind.APPLE: {row.reason: row.sentence for row in APPLE_MEANINGS},
    RouteKind.GOOGLE: {
        row.reason: row.sentence for row in (*BY_STATUS.values(), *GOOGLE_MEANINGS, TOKEN_INVALID, *TOKEN_MEANINGS)
    },
    RouteKind.GATEWAY: {
        "error-push-quota-exhausted": gettext_lazy("The gateway's quota of pushes is used up for this month."),
        "error-push-quota-kept": gettext_lazy("What is left of the quota is kept for direct messages and mentions."),
        "error-workspace-suspended": gettext_lazy("Whoever runs the gateway has suspended this workspace."),
        "error-terms-not-agreed": gettext_lazy("The gateway waits for an agreement to its terms."),
        "error-unauthorized": gettext_lazy("The gateway does not know this workspace's access token."),
    },
}


def reason_words(key: str, reason: str) -> str:
    """Return what a provider's code means, for the route with this key; empty where it is not known."""
    return str(SENTENCES.get(key.partition(":")[0], {}).get(reason, ""))


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
        return frozenset(str(row.sentence) for row in MEANINGS)


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
