"""Generation of docs/streams.md from the table of streams."""

from __future__ import annotations

from workspace.live.streams import STREAM_LIST, EventWords, Stream

INTRODUCTION = """\
# Streams

Clients subscribe to streams over the web socket (DDP), to hear of changes at once. `manage.py writedocs` generates this
page from the table in `workspace/live/streams.py`. Do not edit it.

```
→ {"msg": "sub", "id": "1", "name": "stream-room-messages", "params": ["GENERAL", false]}
← {"msg": "ready", "subs": ["1"]}
← {"msg": "changed", "collection": "stream-room-messages", "id": "id",
   "fields": {"eventName": "GENERAL", "args": [{"_id": …, "msg": "hello", "ts": {"$date": 1769850902123}, …}]}}
```

* **Objects** (messages, rooms, subscriptions, settings, roles) are those of the REST API, with dates as in EJSON.
* **Permission** is checked when a subscription begins, and again when it may have ended: with the membership, the type
  or the deletion of the room, the roles of the user, and the permissions of roles. A subscription that is not allowed,
  or not any more, gets `nosub` with the error `not-allowed`.
* **Sign-in**: when the client's token is removed or the account is deactivated, the client receives `force_logout`, and
  the socket is closed.
* Other events of a stream can be subscribed to, and never occur. There is no other stream: the error is 404.
"""

HEAD = "| event | occurs when | arguments |\n|---|---|---|\n"
IMPLEMENTATION = """
## Implementation

A service that changes something writes one row (`LiveEvent`) in the transaction of the change, however many users hear
of it: a message in a room of 100,000 members is one row. The row refers to what has changed, and has only what cannot
be read later. After the commit, PostgreSQL announces it to the web processes (`NOTIFY`). On SQLite, the process that
wrote the row reads it at once, and others within a second. Rows are deleted after ten minutes.

Each event loop has one fan-out (`workspace/live/fanout.py`) for its sockets and for the event streams of open pages
([desktop.md](desktop.md)). It uses one connection that listens and one thread that queries. It reads new rows once for
all listeners: checks the permissions that may have ended, builds each object once, encodes it once, and
delivers it. Transactions may commit in another order than their keys, so keys that are missing are searched for during
five seconds.

`rooms-changed` and `subscriptions-changed` follow after the event itself. The fan-out finds the members who are
connected to its process, and reads their subscriptions together with a constant number of queries. Changes of the same
room within 0.3 seconds are delivered together.

What a user does in a room (`user-activity`) is sent in the announcement itself and not stored; on SQLite, it is a row.

That a user becomes away or offline because nothing was reported is not written anywhere ([presence.md](presence.md)).
The fan-out knows when the presence of the users that its clients watch may change, and reads it again at that time.

A service that changes rows with a query calls a function of `workspace/services/live.py`; rows that are saved or
deleted one by one, and changes that have a signal, are published by `workspace/live/receivers.py`. An upper app can add
events from its own tables with a `Feed` (`workspace/live/feeds.py`), as `push` does for desktop notifications.
"""


def streams_page() -> str:
    """Return the page."""
    return "\n".join([INTRODUCTION, *(stream_part(stream) for stream in STREAM_LIST)]).rstrip() + "\n" + IMPLEMENTATION


def stream_part(stream: Stream) -> str:
    """Return the part for a stream, with a table of its events."""
    rows = "\n".join(event_row(words) for words in stream.events)
    return f"## `{stream.name}`\n\nFor {stream.audience.value}.\n\n{HEAD}{rows}\n"


def event_row(words: EventWords) -> str:
    """Return the row of an event in the table."""
    only = f" Only for {words.audience.value}." if words.audience else ""
    cells = (f"`{words.name}`" if words.name else "(empty)", words.when + only, words.args)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
