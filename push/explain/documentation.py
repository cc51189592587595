"""Generation of docs/operate/reasons.md: every reason code with its sentence and its advice."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import override

from push.explain.delivery_outcomes import ADVICE
from push.explain.reasons import NOT_MEMBER, reason_sentence
from push.models import EndReason
from push.rules.delays import DELAY_NEVER
from push.rules.table import RULES

INTRODUCTION = """\
# Reason codes

<!-- Made by `manage.py writedocs` from push/rules/table.py and push/models/reasons.py: change the texts there. -->

Whatever is not delivered has a reason code. It is shown by *Why, or why not?*, on the queue's pages, in counts and in
the API, always with the same sentence and advice as here.

## Reasons of decisions

A rule decided that a member is not notified on a channel. [The rules](../rules.md) lists them in their order, with
those that notify.
"""
ENDINGS = """
## Reasons why a queued notification was not sent

The notification was queued, and ended without being delivered. A code that is also in the table above describes the
state at the time of sending.
"""
# Reasons that are not a rule's.
OTHERS = {
    DELAY_NEVER: "The server's operator can set the delay to 0 seconds or more.",
    NOT_MEMBER: "A member of the room can add the person; messages from before then do not notify them.",
}
HEADER = ("code", "meaning", "what to do")


def reasons_page() -> str:
    """Return the page as Markdown, always in English."""
    with override("en"):
        decisions = [(rule.code, str(rule.sentence), str(rule.advice)) for rule in RULES if not rule.sends]
        decisions += [(code, reason_sentence(code), advice) for code, advice in OTHERS.items()]
        endings = [(reason.value, str(reason.label), str(ADVICE.get(reason.value, ""))) for reason in EndReason]
        return "\n".join([INTRODUCTION, *table(decisions), ENDINGS, *table(endings), ""])


def table(rows: Iterable[tuple[str, str, str]]) -> Iterable[str]:
    """Yield the lines of a table of codes."""
    yield f"| {' | '.join(HEADER)} |"
    yield "| --- | --- | --- |"
    for code, sentence, advice in rows:
        yield f"| `{code}` | {sentence} | {advice or 'Nothing needs to change.'} |"
