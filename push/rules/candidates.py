"""Whom a message can reach at all, found without reading the room: from the conditions of the rules that send.

A mention of two people in a room of a hundred thousand concerns the two, the thread's followers, the owners of a
highlight word and those who want every message; the indexes name them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from push.rules.facts import MessageFacts
from push.rules.members import MEMBER_VALUES_BY_NAME, Holders, Rows
from push.rules.reading import Reading

# In a smaller room, reading everybody costs no more than looking for these.
LARGE_ROOM = 1_000
# With more candidates than this, reading the room costs no more than naming them.
MOST_CANDIDATES = 500

# What tells the holders of a member's value, and the value that is asked for.
Search = tuple[Holders, Any]


def candidates_of(facts: MessageFacts, readings: Iterable[Reading]) -> set[int] | None:
    """Return the keys of all users to whom some rule may send; None where the whole room has to be read."""
    if facts.members_count < LARGE_ROOM or (searches := searches_sending(readings)) is None:
        return None
    keys: set[int] = set()
    rows: list[Rows] = []
    for holders_of, value in searches:
        holders = holders_of(facts, value)
        if isinstance(holders, Rows):
            rows.append(holders)
        else:
            keys |= holders
    if rows:
        keys.update(users_of(rows)[: MOST_CANDIDATES + 1])
    return keys if len(keys) <= MOST_CANDIDATES else None


def searches_sending(readings: Iterable[Reading]) -> list[Search] | None:
    """Return what finds all to whom some rule may send, each search once; None where that takes reading the room."""
    found: dict[Search, None] = {}
    for reading in readings:
        answers = [searches_for(condition) for rule, condition in reading.open if rule.sends]
        if reading.last.sends or None in answers:
            return None
        found |= dict.fromkeys(search for answer in answers for search in answer or ())
    return list(found)


def searches_for(condition: Q) -> list[Search] | None:
    """Return what finds all for whom the condition may hold; None where no index tells them.

    Of conditions that must all hold, one that an index answers is enough; of alternatives, each has to be answered.
    """
    if condition.negated:
        return None
    children: Sequence[Any] = condition.children
    answers = [searches_for(child) if isinstance(child, Q) else searches_named(*child) for child in children]
    if condition.connector != Q.OR:
        return next((answer for answer in answers if answer is not None), None)
    return None if None in answers else [search for answer in answers for search in answer or ()]


def searches_named(name: str, value: Any) -> list[Search] | None:
    """Return what finds the members whose value of that name is the one asked for."""
    member_value = MEMBER_VALUES_BY_NAME.get(name)
    if member_value is None or member_value.holders is None or not value:
        return None
    return [(member_value.holders, value)]


def users_of(rows: Iterable[Rows]) -> QuerySet[Any, Any]:
    """Return the keys of the users whom the rows name, perhaps repeatedly; rows of one table are looked for at once."""
    tables: dict[Any, Q] = {}
    for found in rows:
        table = found.model, found.user, found.within
        tables[table] = tables.get(table, Q()) | found.matching
    found_by_table: list[QuerySet[Any, Any]] = [
        model._default_manager.filter(matching, **dict(within)).order_by().values_list(user, flat=True)
        for (model, user, within), matching in tables.items()
    ]
    first, *others = found_by_table
    return first.union(*others, all=True) if others else first
