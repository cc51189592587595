"""Every answer of a push gateway: the protocol's statuses, and the codes (`errorType`) of a Callboard gateway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext_lazy as _

from push.models import Answer
from push.providers.answers import NOT_ADMITTED, QUOTA_EXHAUSTED
from push.providers.meanings import Meaning
from push.providers.provider import Text

# The protocol's statuses. Any other status, or no answer, leads to a retry.
ANSWERS = {406: Answer.DEAD, 422: Answer.REFUSED, 401: Answer.UNAUTHORIZED}
# The codes of Callboard gateways, which take precedence over the status.
ANSWERS_BY_CODE = {
    QUOTA_EXHAUSTED: Answer.OVER_QUOTA,
    "error-push-quota-kept": Answer.OVER_QUOTA,
    **dict.fromkeys(NOT_ADMITTED, Answer.UNAUTHORIZED),
}
# The gateway does not know this workspace, or does not let it push: that is not the device's fault.
MISCONFIGURED = {401, 403}
# The codes in words for people.
SENTENCES: Mapping[str, Text] = {
    "error-push-quota-exhausted": _("The gateway's quota of pushes is used up for this month."),
    "error-push-quota-kept": _("The remaining quota is reserved for direct messages and mentions."),
    "error-workspace-suspended": _("The gateway's operator has suspended this workspace."),
    "error-terms-not-agreed": _("The gateway requires that its terms are accepted."),
    "error-unauthorized": _("The gateway does not know this workspace's access token."),
}


def meanings() -> Iterator[Meaning]:
    """Yield every answer with its meaning."""
    yield Meaning(200, "", Answer.ACCEPTED, "Any 2xx.")
    sentences = {
        Answer.DEAD: "The token is dead.",
        Answer.REFUSED: "The push is rejected permanently.",
        Answer.UNAUTHORIZED: "The workspace's access token is not accepted; it is renewed once.",
    }
    for status, answer in ANSWERS.items():
        yield Meaning(status, "", answer, sentences[answer], misconfigured=status in MISCONFIGURED)
    for status in sorted(MISCONFIGURED - ANSWERS.keys()):
        yield Meaning(status, "", Answer.RETRY, "The workspace may not push.", misconfigured=True)
    for code, answer in ANSWERS_BY_CODE.items():
        sentence = code.removeprefix("error-").replace("-", " ").capitalize() + "."
        yield Meaning(0, code, answer, sentence, misconfigured=answer == Answer.UNAUTHORIZED)
    yield Meaning(0, "", Answer.RETRY, "Anything else.")
