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

CLOSING = """\
## What calls a member

* **A mention** is `@` and a username, in any case of letters: `@bob.smith`, `@a-b`, `@c_d`, `@team7`. Where a full
  stop, dash or underscore ends it, the longest name that somebody bears is meant: `@bob.` is for `bob.` if there is
  one, else for `bob`. A name that goes on in another letter is another name. Nobody is called within code (between
  backticks or fenced), within the address of a page or of a person, or after a backslash (`\\@bob`).
* **@all** and **@here** are read in the same way, and call nobody unless the sender holds the permission
  `mention-all` or `mention-here`: without it they are plain text. Administrators and users hold both to begin with.
* **A highlight word** stands in the text as a whole word, next to no letter, digit or underscore of any script
  (scripts that are written without spaces excepted), in any case and however its accents are encoded: `straße` is
  found in STRASSE, `ship` neither in `shipment` nor in `shipé`. Code and addresses are left out here as well.
* **A thread** is followed by its author from the first answer on, by who answers in it or is mentioned in an answer,
  and by who asks for it (`chat.followMessage`). `chat.unfollowMessage` ends that, until one answers or is mentioned
  there again.

Mentions are resolved when a message is posted. An edit (`chat.update`, or on the page) resolves them anew, but notifies
nobody; what still waits to be sent says what the message says by then.

## For a whole room

The rules are conditions of one query over the room's members. What the message alone tells is answered before the
query is made; what is left decides for some 35,000 members at a time, and the same statement writes their
notifications and counts all of them by reason, so that no member is read into the program (on SQLite two statements
do it). In a room of 1,000 members and more, when only members whom an index names can be reached (who is mentioned,
follows the thread, owns a highlight word that stands in the text, or wants all messages), and they are at most 500,
these are notified first, and the others are only counted, a moment later. How long that takes:
[figures.md](figures.md). Why a notification did or did not come: [explain.md](explain.md).
"""

HEADER = ("", "code", "channels", "verdict", "when it holds")


def rules_page() -> str:
    """Return the page as Markdown, in English whatever the language in force."""
    with override("en"):
        rows = [HEADER, ("---:", "---", "---", "---", "---"), *map(row_of, range(1, len(RULES) + 1), RULES)]
        return "\n".join([INTRODUCTION, *lines_of(rows), "", CLOSING])


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
