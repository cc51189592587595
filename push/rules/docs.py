"""The documentation page of the decision table, made from the table itself."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import override

from push.models import Channel
from push.rules.rule import Rule
from push.rules.table import RULES

INTRODUCTION = """\
# Who is notified: the rules

<!-- Made by `manage.py rules_doc` from push/rules/table.py: change the rules there, not here. -->

For one message, one member of its room and one channel, these rules are read from top to bottom. The first one that
holds decides, and its code is kept as the reason: on the notification that it sends, or in the message's counts of
those who were not notified. A rule is read only for the channels that it names. Presence is read as it was when the
message was accepted.

What is sent by desktop is shown at once by the connected clients. Push notifications and e-mails are queued, and due
by the member's connection: `NOTIFY_DELAY_ONLINE`, `NOTIFY_DELAY_AWAY` (less the time that the member has been away
already) or `NOTIFY_DELAY_OFFLINE` seconds after the message. Where that delay is negative nothing is queued, and the
member is counted under `delay_never`.
"""

HEADER = ("", "code", "channels", "verdict", "when it holds")


def rules_page() -> str:
    """Return the page as Markdown, in English whatever the language in force."""
    with override("en"):
        rows = [HEADER, ("---:", "---", "---", "---", "---"), *map(row_of, range(1, len(RULES) + 1), RULES)]
        return "\n".join([INTRODUCTION, *lines_of(rows)]) + "\n"


def row_of(number: int, rule: Rule) -> tuple[str, ...]:
    """Return one rule's cells."""
    is_general = len(rule.channels) == len(Channel)
    channels = "all" if is_general else ", ".join(channel.value for channel in rule.channels)
    verdict = "**send**" if rule.sends else "no"
    return str(number), f"`{rule.code}`", channels, verdict, str(rule.sentence)


def lines_of(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    for cells in rows:
        yield f"| {' | '.join(cells)} |"
