"""Who has subscribed to what, in one event loop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from workspace.live.access import Request
from workspace.live.listeners import Listener
from workspace.live.streams import MY_MESSAGES, NOTIFY_USER, ROOM_MESSAGES, room_id_of

Topic = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A subscription of a listener. The user is the one who was signed in when it began."""

    listener: Listener
    user_id: int | None
    name: str
    event: str

    @property
    def topic(self) -> Topic:
        return (self.name, self.event)

    @property
    def request(self) -> Request:
        return Request(self.user_id, self.name, self.event)


@dataclass(frozen=True, slots=True)
class Interest:
    """What is subscribed to at the moment. Readers skip everything else.

    `topics` are the streams and events, `rooms` the public ids of rooms with listeners, and `my_messages` the keys of
    users who hear all of their rooms. `own` has the users who hear each event of `stream-notify-user`, by the last part
    of its name: their keys and public ids.
    """

    topics: frozenset[Topic]
    rooms: frozenset[str]
    my_messages: frozenset[int] = frozenset()
    own: dict[str, dict[int, str]] = field(default_factory=dict)

    def hears(self, name: str, event: str) -> bool:
        """Return True if anyone has subscribed to the event."""
        return (name, event) in self.topics

    def own_of(self, suffix: str) -> dict[int, str]:
        """Return the users who hear this event of `stream-notify-user`: their keys and public ids."""
        return self.own.get(suffix, {})


class Index:
    """The subscriptions of all listeners, by topic, listener, user and room."""

    def __init__(self) -> None:
        self._by_topic: defaultdict[Topic, dict[Listener, Entry]] = defaultdict(dict)
        self._by_listener: defaultdict[Listener, dict[Topic, Entry]] = defaultdict(dict)
        self._by_user: defaultdict[int, set[Entry]] = defaultdict(set)
        self._by_room: defaultdict[str, set[Entry]] = defaultdict(set)
        self._own: defaultdict[str, dict[int, str]] = defaultdict(dict)
        self._counts: defaultdict[Entry, int] = defaultdict(int)
        self._interest: Interest | None = None

    def __bool__(self) -> bool:
        return bool(self._by_listener)

    def add(self, entry: Entry) -> None:
        """Add a subscription. A listener may have the same one several times, but receives each event once."""
        self._counts[entry] += 1
        self._interest = None
        self._by_topic[entry.topic][entry.listener] = entry
        self._by_listener[entry.listener][entry.topic] = entry
        if entry.user_id is not None:
            self._by_user[entry.user_id].add(entry)
        if room := room_id_of(*entry.topic):
            self._by_room[room].add(entry)
        if entry.name == NOTIFY_USER and entry.user_id is not None:
            user, _slash, suffix = entry.event.partition("/")
            self._own[suffix][entry.user_id] = user

    def remove(self, entry: Entry, *, entirely: bool = False) -> None:
        """Remove a subscription, or all equal ones of the listener."""
        self._interest = None
        self._counts[entry] -= 1
        if self._counts[entry] > 0 and not entirely:
            return
        del self._counts[entry]
        discard(self._by_topic, entry.topic, entry.listener)
        discard(self._by_listener, entry.listener, entry.topic)
        if entry.user_id is not None:
            discard(self._by_user, entry.user_id, entry)
        if room := room_id_of(*entry.topic):
            discard(self._by_room, room, entry)
        if entry.name == NOTIFY_USER and entry.user_id is not None and entry.topic not in self._by_topic:
            discard(self._own, entry.event.partition("/")[2], entry.user_id)

    def find(self, listener: Listener, topic: Topic) -> Entry | None:
        """Return the listener's subscription to the topic."""
        return self._by_listener.get(listener, {}).get(topic)

    def of_listener(self, listener: Listener) -> list[Entry]:
        return list(self._by_listener.get(listener, {}).values())

    def of_topic(self, name: str, event: str) -> list[Entry]:
        return list(self._by_topic.get((name, event), {}).values())

    def of_users(self, users: Iterable[int]) -> Iterator[Entry]:
        for user in users:
            yield from self._by_user.get(user, ())

    def of_rooms(self, rooms: Iterable[str]) -> Iterator[Entry]:
        for room in rooms:
            yield from self._by_room.get(room, ())

    def all(self) -> list[Entry]:
        return list(self._counts)

    def listeners(self) -> list[Listener]:
        return list(self._by_listener)

    def interest(self) -> Interest:
        """Return what is subscribed to now, for use in another thread."""
        if self._interest is None:
            everywhere = self.of_topic(ROOM_MESSAGES, MY_MESSAGES)
            self._interest = Interest(
                topics=frozenset(self._by_topic),
                rooms=frozenset(self._by_room),
                my_messages=frozenset(entry.user_id for entry in everywhere if entry.user_id is not None),
                own={suffix: dict(users) for suffix, users in self._own.items()},
            )
        return self._interest


def discard(mapping: dict, key: object, item: object) -> None:  # type: ignore[type-arg]
    """Remove the item from the collection under the key, and the collection if it is then empty."""
    items = mapping.get(key)
    if items is None:
        return
    if isinstance(items, dict):
        items.pop(item, None)
    else:
        items.discard(item)
    if not items:
        del mapping[key]
