"""Generates the documentation page of the decision table."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import override

from push.models import Channel
from push.rules.rule import Rule
from push.rules.table import RULES

INTRODUCTION = """\
# Who is notified: the rules

<!-- Made by `manage.py writedocs` from push/rules/table.py: change the rules there, not here. -->

For one message, one member of its room and one channel, these rules are evaluated from top to bottom. The first rule
whose condition is true decides. Its code is stored as the reason: with the notification that is sent, or in the
message's counts of members who were not notified. A rule applies only to the channels in its row. Presence (connection,
status, time away) is that of the time when the message was accepted, even if the worker decides later: later changes
make no difference ([presence.md](presence.md)).

Connected clients show desktop notifications at once. Push notifications and e-mails are queued. When they are due
depends on the member's connection: `NOTIFY_DELAY_ONLINE`, `NOTIFY_DELAY_AWAY` (minus the time that the member has
already been away) or `NOTIFY_DELAY_OFFLINE` seconds after the message. If that delay is negative, nothing is queued,
and the member is counted as `delay_never`.
"""

CLOSING = """\
## What calls a member

* **A mention** is `@` and a username, in upper or lower case: `@bob.smith`, `@a-b`, `@c_d`, `@team7`. If it ends with a
  full stop, dash or underscore, the longest existing name is used: `@bob.` mentions `bob.` if that user exists,
  otherwise `bob`. [The characters allowed before and after it](#before-and-after-a-name) are listed below.
* **@all** and **@here** follow the same rules. They notify nobody unless the sender has the permission `mention-all` or
  `mention-here`: without it they are plain text. By default, administrators and users have both.
* **A highlight word** matches whole words, in upper or lower case and with any encoding of accents. The neighbouring
  characters must not be letters, digits or underscores of any script, except scripts written without spaces: `straße`
  matches STRASSE; `ship` matches neither `shipment` nor `shipé`. Code and addresses are ignored here as well.
* **A thread** is followed by its author from the first reply on, by members who reply or are mentioned in a reply, and
  by members who ask for it (`chat.followMessage`). `chat.unfollowMessage` ends that until the member replies or is
  mentioned there again.

Mentions are resolved when a message is posted. An edit (`chat.update`, or in the web client) resolves them again but
notifies nobody. Notifications that are still queued are sent with the edited text.

## Before and after a name

Whether `@bob` is a mention depends on the Unicode category of the neighbouring character:

@TABLE@

* Full-width and wide forms of letters and digits (East Asian Width `W` and `F`) count as other letters.
* Before a name, underscores are skipped, because they set it in italics: `_@bob_` is a mention, `a_@bob` is not.
* `@` before a name: no mention (`@@bob`, `@carl@bob`). A backslash before a name: no mention (`\\@bob`), unless the
  backslash itself is escaped.
* A slash before a name: a mention if another mention, white space or nothing precedes the slash (`@carl/@bob`). After a
  letter, a digit, or one of `. _ - ~ @` it belongs to a path: `example.org/@bob`, `./@bob`.
* A slash after a name: no mention if a letter with upper and lower case follows, because that is a package or a path:
  `npm i @bob/core`. `@bob/@carl` and `@bob/` are mentions.
* A full stop, dash or underscore after another mention separates the two: `@carl-@bob`, `@carl.@bob`, `@carl_@bob`.

Code and addresses mention nobody:

* text between backticks, and fences of three or more backticks or, at the beginning of a line, tildes (`~~~`). A fence
  ends at the next one of at least the same length, or with the message;
* web addresses (`https://…`, `www.…`). They consist of letters, marks and numbers of any script and ASCII punctuation;
  white space, other punctuation and symbols, `< > " | ^` and a closing parenthesis that was not opened within the
  address end it: `https://x.example、@bob` is an address and a mention;
* e-mail addresses: `bob@example.org`.

Names in quoted lines (`> @bob`) are mentions, as in the original server.

## For a whole room

The rules become conditions of one query over the room's members. Conditions that depend only on the message are
evaluated before the query. The query evaluates the others for about 35,000 members at a time; the same statement writes
their notifications and counts the members by reason, so no member is loaded into Python (SQLite needs two statements).
In rooms of 1,000 members or more, the server first checks whether indexes can find every member who may be notified:
members who are mentioned, follow the thread, have a highlight word in the text, or want all messages. If these are at
most 500, they are notified first, and the others are only counted, a moment later. [figures.md](figures.md) shows how
long that takes. [explain.md](explain.md) describes how to find out why a notification was or was not sent.
"""

# The rows of the table of neighbouring characters; `tests/workspace/test_mentions.py` checks it for every category.
NEIGHBOURS = (
    ("letters with upper and lower case", "`Lu` `Ll` `Lt`", "no", "no"),
    ("other letters, such as `さ`, `א`, `ก`", "`Lo` `Lm`", "yes", "yes"),
    ("digits", "`Nd`", "no", "no"),
    ("other numbers, such as `①`", "`Nl` `No`", "yes", "yes"),
    ("marks that change a letter", "`Mn` `Mc`", "as the character that carries it", "no"),
    ("marks that enclose a character, such as in `1️⃣`", "`Me`", "yes", "no"),
    ("punctuation", "`Pc` `Pd` `Ps` `Pe` `Pi` `Pf` `Po`", "yes, but see below", "yes, but see below"),
    ("symbols, emoji", "`Sm` `Sc` `Sk` `So`", "yes", "yes"),
    ("white space and control characters", "`Zs` `Zl` `Zp` `Cc`", "yes", "yes"),
    ("format characters and others", "`Cf` `Co` `Cs` `Cn`", "yes", "yes"),
    ("the beginning or end of the text", "", "yes", "yes"),
)
NEIGHBOURS_HEADER = ("character", "categories", "before `@bob`", "after it")

HEADER = ("", "code", "channels", "verdict", "condition")


def rules_page() -> str:
    """Return the page as Markdown, always in English."""
    with override("en"):
        rows = [HEADER, ("---:", "---", "---", "---", "---"), *map(row_of, range(1, len(RULES) + 1), RULES)]
        neighbours = [NEIGHBOURS_HEADER, ("---",) * len(NEIGHBOURS_HEADER), *NEIGHBOURS]
        closing = CLOSING.replace("@TABLE@", "\n".join(lines_of(neighbours)))
        return "\n".join([INTRODUCTION, *lines_of(rows), "", closing])


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
