"""Finds the people, rooms and messages of a source by the source's own ids."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from django.db.models import Q

from workspace.ids import ALPHABET, PUBLIC_ID_LENGTH
from workspace.models import EventSource, Message, Room, SourcePerson, Subscription, User

IDS_PER_QUERY = 5000


class KnownPerson(NamedTuple):
    """The account of a person, as far as events need it."""

    pk: int
    name: str
    is_active: bool


def people_known(source: EventSource, ids: Collection[str]) -> dict[str, KnownPerson]:
    """Return the accounts of the people with these ids."""
    people = SourcePerson.objects.filter(source=source)
    columns = ("external_id", "user_id", "user__name", "user__is_active")
    return {
        external_id: KnownPerson(*account)
        for part in parts_of(sorted(ids))
        for external_id, *account in people.filter(external_id__among=part).values_list(*columns)
    }


def person_known(source: EventSource, external_id: str) -> User | None:
    """Return the account of the person with this id."""
    return User.objects.filter(source_person__source=source, source_person__external_id=external_id).first()


def is_of_source(user: User) -> bool:
    """Return True if the account was made for a person of a source, who cannot sign in.

    Accounts with a password need no query.
    """
    return not user.has_usable_password() and hasattr(user, "source_person")


def parts_of(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the ids in parts that fit into a query of any database."""
    return (ids[start : start + IDS_PER_QUERY] for start in range(0, len(ids), IDS_PER_QUERY))


def rooms_known(source: EventSource, ids: Collection[str], *, locked: bool = False) -> dict[str, Room]:
    """Return the rooms with these ids; `locked` until the transaction ends, always in the same order."""
    rooms = Room.objects.filter(source_room__source=source, source_room__external_id__among=ids)
    rooms = rooms.select_related("source_room").order_by("pk")
    if locked:
        rooms = rooms.select_for_update(no_key=True, of=("self",))
    return {room.source_room.external_id: room for room in rooms}


def message_id_of(source: EventSource, external_id: str) -> str:
    """Return the public id of the message that the source knows by this id. No table is needed to find it."""
    digest = hmac.digest(source.id_secret.encode(), external_id.encode(), hashlib.sha256)
    number, letters = int.from_bytes(digest[:16], "big"), []
    for _position in range(PUBLIC_ID_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters)


def message_known(source: EventSource, external_id: str) -> Message | None:
    """Return the message that the source knows by this id."""
    public_id = message_id_of(source, external_id)
    return Message.objects.select_related("room", "sender", "parent").filter(public_id=public_id).first()


def members_of(small: Collection[int], large: Collection[int], users: Collection[int]) -> dict[int, set[int]]:
    """Return the keys of members by the key of the room: all of the small rooms, and `users` in the large ones."""
    members: dict[int, set[int]] = {room: set() for room in (*small, *large)}
    chosen = Q(room__in=small)
    if large:
        chosen |= Q(room__in=large, user__in=users)
    for room, user in Subscription.objects.filter(chosen).values_list("room_id", "user_id"):
        members[room].add(user)
    return members


def ascii_name(text: str, *, longest: int, default: str) -> str:
    """Return the text with only the characters that usernames and names of rooms may have."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = "".join(letter if letter.isalnum() or letter in "_-." else " " for letter in plain).split()
    return "-".join(words)[:longest].strip("-.") or default
