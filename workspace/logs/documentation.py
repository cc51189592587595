"""docs/operate/logs.md: how to use the logs, and the declared events."""

from __future__ import annotations

import logging
from itertools import groupby

from workspace.logs.context import CONTEXT
from workspace.logs.events import LogEvent, events_declared

INTRODUCTION = """\
# Logs

<!-- Made by `manage.py writedocs` from the declarations of the events: change workspace/logs/documentation.py, or those. -->

Web and worker processes write to standard error, one line per event: a time in UTC, a level, the name of the event and its
fields. An event is one fact; sentences about it are on this page. Libraries, such as Django and uvicorn, log through the same
output; their lines also name the `logger`.

| variable | default | effect |
|---|---|---|
| `LOG_FORMAT` | `text` | `text` for people and journald, `json` for Loki, Elasticsearch and the like: one object per line |
| `LOG_LEVEL` | `INFO` | the lowest level that is written: `DEBUG`, `INFO`, `WARNING` or `ERROR` |

```
2026-11-30T22:31:16.773Z INFO attempt.finished message=q7Kd2mXw9aTnB4eYp number=1 answer=accepted status=200 ms=41 …
```

**What is in no line**: texts of messages, passwords, tokens of any kind, e-mail addresses and the addresses of requests, which
contain some of these. Events contain ids, codes and numbers only. In what libraries log, such as an error that quotes a row, secrets and
addresses are replaced with `•••`; that is a second line of defence, so report where you see it.

## Following something

Each line has the ids of what it belongs to, as far as they exist:

| field | meaning |
|---|---|
"""  # noqa: E501
AFTER_CONTEXT = """\

Each response has the id of its request in the header `X-Request-ID`. A proxy may choose it: an id of 8 to 64 letters, digits, dots,
hyphens and underscores is used, anything else is replaced. The id is stored with the message's decision, and the worker's lines about it
have it, too.

Logs say what processes did. What happened to a notification is in the database, also after the logs have been deleted:
**Administration > Notifications > Follow a notification** finds it by any of these ids, and shows the way with times and durations.

## At three in the morning

```sh
# Nobody gets pushes. What is wrong, in the last quarter of an hour?
journalctl -u 'callboard-*' --since -15min -o cat | grep -E ' (WARNING|ERROR|CRITICAL) '

# Has a provider stopped accepting? The answers of the last hour, by route.
journalctl -u callboard-worker --since -1h -o cat | grep attempt.finished | grep -oE '(route|answer|status)=[^ ]*' | paste - - - | sort | uniq -c

# A user reports a request that failed, with its X-Request-ID.
journalctl -u 'callboard-*' -o cat | grep 'request=q7Kd2mXw9aTnB4eYp'

# What happened to a message, from the post to the answers?
journalctl -u 'callboard-*' -o cat | grep 'message=h3Fz81LpQw0VbNcTe'

# Somebody guesses passwords.
journalctl -u callboard-web --since -1h -o cat | grep -c user.sign_in_failed
```

With `LOG_FORMAT=json`, the same for `jq`, and for Loki (LogQL):

```sh
journalctl -u callboard-worker --since -1h -o cat | jq -c 'select(.event == "attempt.finished" and .answer != "accepted")'
```

```
{unit="callboard-worker.service"} | json | event="attempt.finished" | answer!="accepted"
sum by (route, answer) (count_over_time({unit="callboard-worker.service"} | json | event="attempt.finished" [5m]))
quantile_over_time(0.95, {unit="callboard-web.service"} | json | event="request.finished" | unwrap ms [5m]) by (route)
```

Do not make labels of ids: Loki stores a stream for each combination of labels. Alert on metrics ([Monitoring](monitoring.md)) rather
than on logs.

journald limits services that write much. On a busy workspace, raise the limits for the services:

```ini
[Service]
LogRateLimitIntervalSec=30s
LogRateLimitBurst=100000
```

## Events

Levels are `INFO` where nothing else is stated. The bound ids above are not repeated.
"""  # noqa: E501


def logs_page() -> str:
    """Return the page as Markdown."""
    context = "".join(f"| `{name}` | {meaning} |\n" for name, meaning in CONTEXT.items())
    events = sorted(events_declared().values(), key=lambda event: event.name)
    sections = [section(area, list(group)) for area, group in groupby(events, key=lambda event: event.area)]
    return f"{INTRODUCTION}{context}{AFTER_CONTEXT}\n" + "\n".join(sections)


def section(area: str, events: list[LogEvent]) -> str:
    """Return the events whose names begin alike."""
    rows = "".join(row(event) for event in events)
    return f"### {area}\n\n| event | meaning | fields |\n|---|---|---|\n{rows}"


def row(event: LogEvent) -> str:
    """Return the row of one event."""
    level = "" if event.level == logging.INFO else f" ({logging.getLevelName(event.level)})"
    fields = "<br>".join(f"`{name}`: {meaning}" for name, meaning in event.fields.items())
    return f"| `{event.name}`{level} | {event.meaning} | {fields} |\n"
