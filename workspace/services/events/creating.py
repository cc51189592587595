"""Creating the accounts and rooms of people and rooms that a source reports for the first time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction

from workspace.models import EventSource, Room, RoomType, SourcePerson, SourceRoom, User
from workspace.permissions import USER
from workspace.selectors.events.known import KnownPerson, ascii_name, people_known, rooms_known

LONGEST_NAME = 30
BATCH = 1000


class NewRoom(NamedTuple):
    """The name and type of a room to create, and the key of the account that counts as its creator."""

    name: str
    type: RoomType
    creator: int


@transaction.atomic
def people_create(
    *, source: EventSource, names: Mapping[str, str], usernames: Mapping[str, str] | None = None
) -> dict[str, KnownPerson]:
    """Return the accounts of the people with these ids and names; create those that do not exist yet.

    Their usernames are made from the wanted `usernames`, or else from their ids. They cannot sign in, and join no
    default rooms. The row of the source is locked, so that two calls do not create the same person.
    """
    EventSource.objects.select_for_update(no_key=True).get(pk=source.pk)
    known = people_known(source, names.keys())
    missing = [external_id for external_id in names if external_id not in known]
    wanted = {external_id: external_id for external_id in missing} | dict(usernames or {})
    free = free_names(source, wanted, taken=usernames_taken)
    password = make_password(None)
    users = User.objects.bulk_create(
        [User(username=free[external_id], name=names[external_id], password=password) for external_id in missing],
        batch_size=BATCH,
    )
    role, of_role = Group.objects.get(name=USER), User.groups.through
    of_role.objects.bulk_create([of_role(user_id=user.pk, group_id=role.pk) for user in users], batch_size=BATCH)
    SourcePerson.objects.bulk_create(
        [
            SourcePerson(source=source, external_id=external_id, user=user)
            for external_id, user in zip(missing, users, strict=True)
        ],
        batch_size=BATCH,
    )
    created = {
        external_id: KnownPerson(user.pk, user.name, True) for external_id, user in zip(missing, users, strict=True)
    }
    return {**known, **created}


@transaction.atomic
def rooms_create(*, source: EventSource, rooms: Mapping[str, NewRoom]) -> dict[str, Room]:
    """Return the rooms with these ids; create those that do not exist yet, without members."""
    EventSource.objects.select_for_update(no_key=True).get(pk=source.pk)
    known = rooms_known(source, rooms.keys(), locked=True)
    missing = [external_id for external_id in rooms if external_id not in known]
    named = {key: rooms[key].name or key for key in missing if rooms[key].type != RoomType.DIRECT}
    names = room_names_free(source, named)
    created = Room.objects.bulk_create(
        [
            Room(
                type=rooms[external_id].type,
                name=names.get(external_id, ""),
                topic=rooms[external_id].name if external_id in names else "",
                direct_key=None if external_id in names else direct_key(source, external_id),
                creator_id=rooms[external_id].creator,
            )
            for external_id in missing
        ],
        batch_size=BATCH,
    )
    SourceRoom.objects.bulk_create(
        [
            SourceRoom(source=source, external_id=external_id, room=room)
            for external_id, room in zip(missing, created, strict=True)
        ],
        batch_size=BATCH,
    )
    return {**known, **dict(zip(missing, created, strict=True))}


def direct_key(source: EventSource, external_id: str) -> str:
    """Return the key of a direct room. A source may have several with the same people, such as one per subject."""
    return hashlib.sha256(f"source:{source.public_id}:{external_id}".encode()).hexdigest()


def room_names_free(source: EventSource, wanted: Mapping[str, str], *, own: str = "") -> dict[str, str]:
    """Return a free name for each room; the name that the room has now counts as free."""
    return free_names(source, wanted, taken=lambda names: room_names_taken(names) - {own.lower()}, is_plain=True)


def free_names(
    source: EventSource,
    wanted: Mapping[str, str],
    *,
    taken: Callable[[Collection[str]], set[str]],
    is_plain: bool = False,
) -> dict[str, str]:
    """Return a free name for each id, as similar to the wanted one as possible.

    It ends with the prefix of the source, so that nobody of the source can take the name of somebody else; with
    `is_plain`, only if the name without it is taken. If that is taken as well, a part of the id's digest is added.
    """
    candidates = {
        external_id: name_candidates(source, external_id, text, is_plain=is_plain)
        for external_id, text in wanted.items()
    }
    used = taken({name.lower() for names in candidates.values() for name in names}) if candidates else set()
    chosen: dict[str, str] = {}
    for external_id, names in candidates.items():
        chosen[external_id] = next((name for name in names if name.lower() not in used), names[-1])
        used.add(chosen[external_id].lower())
    return chosen


def name_candidates(source: EventSource, external_id: str, text: str, *, is_plain: bool) -> list[str]:
    """Return the possible names, the best one first."""
    base = ascii_name(text, longest=LONGEST_NAME, default="room" if is_plain else "person")
    digest = hashlib.sha256(external_id.encode()).hexdigest()[:12]
    with_prefix = [f"{base}.{source.prefix}", f"{base}.{digest}.{source.prefix}"]
    return [base, *with_prefix] if is_plain else with_prefix


def usernames_taken(names: Collection[str]) -> set[str]:
    """Return those of the names, in lower case, that accounts have."""
    accounts = User.with_deleted.filter(username__lower__in=names)
    return {username.lower() for username in accounts.values_list("username", flat=True)}


def room_names_taken(names: Collection[str]) -> set[str]:
    """Return those of the names, in lower case, that rooms have."""
    return {name.lower() for name in Room.objects.filter(name__lower__in=names).values_list("name", flat=True)}
