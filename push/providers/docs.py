"""The documentation page of the providers' answers, made from the mappings that the transports read them by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import fill

from django.utils.translation import override

from push.models import Answer
from push.providers.meanings import Meaning
from push.providers.registry import providers

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

<!-- Made by `manage.py writedocs` from push/providers/*/meanings.py: change the meanings there, not here. -->

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
            section_text(section.title, section.text, section.meanings)
            for provider in providers()
            for section in provider.answers
        ]
        answers = table(
            ("answer", "what happens"), ((str(answer.label).lower(), text) for answer, text in HAPPENS.items())
        )
    return "\n".join([INTRODUCTION.format(answers=answers), *sections])


def section_text(title: str, text: str, meanings: Iterable[Meaning]) -> str:
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
