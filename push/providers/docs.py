"""The documentation page of the providers' answers, made from the mappings that the transports read them by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import fill

from django.utils.translation import override

from push.models import Answer
from push.providers.apple import meanings as apple
from push.providers.gateway.transport import ANSWERS, ANSWERS_BY_CODE, MISCONFIGURED
from push.providers.google import meanings as google
from push.providers.meanings import Meaning
from push.providers.web_push import meanings as web

HAPPENS = {
    Answer.ACCEPTED: "The push counts as sent.",
    Answer.DEAD: (
        "The device is disabled with the reason and the time, and later deleted; unless its app has registered the "
        "token again since the push was sent, or since Apple found it dead (the timestamp of its 410). A token that is "
        "registered again lives again."
    ),
    Answer.REFUSED: "This push is not sent again. The device stays.",
    Answer.UNAUTHORIZED: (
        "The push waits while its route is paused, and an alarm stands on the Push page. The device stays."
    ),
    Answer.RETRY: (
        "It is sent again under the same identity: after the time that the service asks for (`Retry-After`), else "
        "after 1, 2, 4, 8 and 16 minutes; then it is given up."
    ),
    Answer.OVER_QUOTA: "The gateway takes no more pushes in this period. The device stays.",
}

INTRODUCTION = """\
# Every answer of a push service, and what happens

<!-- Made by `manage.py answers_doc` from push/providers/*/meanings.py: change the meanings there, not here. -->

Each push is recorded with the service's own code. What a code means is looked up in one table per service; what happens
then is the same for all services:

{answers}

What is marked **misconfigured** speaks of the keys, the app's name or the project, and not of one token: with many of
them the route is paused, instead of giving up pushes and forgetting devices. Where no answer comes at all, the push is
tried again.
"""

HEADER = ("status", "code", "answer", "", "meaning")
LINE_LENGTH = 120


def answers_page() -> str:
    """Return the page as Markdown, in English whatever the language in force."""
    with override("en"):
        sections = [
            section(
                "Apple",
                "The code is the `reason` in the answer. Before anything is sent, a text is shortened until the push "
                "fits into 4,096 bytes; one that cannot be made to fit is refused as `PayloadTooLarge`. Credentials "
                "that cannot be used at all are told as `UnusableCredentials`, without asking Apple. Many "
                "`BadDeviceToken` with nothing accepted mean that the Production setting is wrong: they pause the "
                "route as well.",
                [*apple.APPLE_MEANINGS, *apple.BY_STATUS.values(), apple.OTHERWISE],
            ),
            section(
                "Google",
                "The code is the `errorCode` among the error's details, whatever the HTTP status. An "
                "`INVALID_ARGUMENT` kills a token only when it names the field `message.token`, or the registration "
                "token in words.",
                [*google.GOOGLE_MEANINGS[:1], google.TOKEN_INVALID, google.TOO_LARGE, *google.GOOGLE_MEANINGS[1:]],
            ),
            section(
                "Google, without an `errorCode`",
                "Then the error's general `status` is the code. None of these kills a token.",
                [*google.BY_STATUS.values(), google.OTHERWISE],
            ),
            section(
                "Google's access tokens",
                "What is said when a token to send with is asked for. After a 401 a new one is asked for once.",
                [*google.TOKEN_MEANINGS, google.OTHERWISE],
            ),
            section(
                "Web push",
                "The push services of browsers and UnifiedPush apps, which people choose themselves: so none of their "
                "answers pauses a route, and what they call unauthorized is not sent again. After a 413 the message is "
                "sent with a shorter text, twice.",
                [*web.WEBPUSH_MEANINGS, web.OTHER_SUCCESS, web.OTHER_REFUSAL, web.OTHER_FAILURE],
            ),
            section(
                "Gateway", "The protocol's statuses, and the codes (`errorType`) of a Callboard gateway.", gateway()
            ),
        ]
        answers = table(
            ("answer", "what happens"), ((str(answer.label).lower(), text) for answer, text in HAPPENS.items())
        )
    return "\n".join([INTRODUCTION.format(answers=answers), *sections])


def section(title: str, text: str, meanings: Iterable[Meaning]) -> str:
    """Return one service's table under its title."""
    return "\n".join([f"## {title}", "", fill(text, LINE_LENGTH), "", table(HEADER, map(row_of, meanings)), ""])


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def row_of(meaning: Meaning) -> tuple[str, ...]:
    """Return one answer's cells."""
    return (
        str(meaning.status or ""),
        f"`{meaning.reason}`" if meaning.reason else "",
        str(meaning.answer.label).lower(),
        "misconfigured" if meaning.misconfigured else "",
        str(meaning.sentence),
    )


def gateway() -> Iterator[Meaning]:
    """Yield what a gateway's answers mean."""
    yield Meaning(200, "", Answer.ACCEPTED, "Any 2xx.")
    sentences = {
        Answer.DEAD: "The token is dead.",
        Answer.REFUSED: "The push is refused for good.",
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
