"""The documentation page of the decision table, made from the table itself."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import override

from push.models import Channel
from push.rules.rule import Rule
from push.rules.table import RULES

INTRODUCTION = """\
# Who is notified: the rules

<!-- Made by `manage.py writedocs` from push/rules/table.py: change the rules there, not here. -->

For one message, one member of its room and one channel, these rules are read from top to bottom. The first one that
holds decides, and its code is kept as the reason: on the notification that it sends, or in the message's counts of
those who were not notified. A rule is read only for the channels that it names. Presence (connection, status, time
away) is read as of the moment when the message was accepted, however late the worker decides: later reports and status
changes make no difference ([presence.md](presence.md)).

What is sent by desktop is shown at once by the connected clients. Push notifications and e-mails are queued, and due
by the member's connection: `NOTIFY_DELAY_ONLINE`, `NOTIFY_DELAY_AWAY` (less the time that the member has been away
already) or `NOTIFY_DELAY_OFFLINE` seconds after the message. Where that delay is negative nothing is queued, and the
member is counted under `delay_never`.
"""

CLOSING = """\
## What calls a member

* **A mention** is `@` and a username, in any case of letters: `@bob.smith`, `@a-b`, `@c_d`, `@team7`. If it ends with a
  full stop, dash or underscore, the longest existing name is meant: `@bob.` is for `bob.` if there is one, otherwise
  for `bob`. [What may stand before and after it](#before-and-after-a-name) is listed below.
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

## Before and after a name

The neighbouring character decides whether `@bob` is a mention, by its Unicode category:

@TABLE@

* Full-width and wide forms of letters and digits (East Asian Width `W` and `F`) count as other letters.
* Before a name, underscores are skipped, because they set it in italics: `_@bob_` is a mention, `a_@bob` is not.
* `@` before a name: no mention (`@@bob`, `@carl@bob`). A backslash before it: no mention (`\\@bob`), unless the
  backslash is itself escaped.
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

Quoted lines (`> @bob`) are read like other lines, as the original server does: the names in them are mentions.

## For a whole room

The rules are conditions of one query over the room's members. What the message alone tells is answered before the
query is made; what is left decides for some 35,000 members at a time, and the same statement writes their
notifications and counts all of them by reason, so that no member is read into the program (on SQLite two statements
do it). In a room of 1,000 members and more, when only members whom an index names can be reached (who is mentioned,
follows the thread, owns a highlight word that stands in the text, or wants all messages), and they are at most 500,
these are notified first, and the others are only counted, a moment later. How long that takes:
[figures.md](figures.md). Why a notification did or did not come: [explain.md](explain.md).
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

HEADER = ("", "code", "channels", "verdict", "when it holds")


def rules_page() -> str:
    """Return the page as Markdown, in English whatever the language in force."""
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
