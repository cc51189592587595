"""Finds the users who may be notified of a message through indexes, without reading all members of the room.

If a message mentions two people in a room of 100,000, only those two, the thread's followers, users with a matching
highlight word and users who want every message can be notified. Indexes find all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from push.rules.facts import MessageFacts
from push.rules.members import MEMBER_VALUES_BY_NAME, Holders, Rows
from push.rules.reading import Reading

# In smaller rooms, reading all members costs no more than searching.
LARGE_ROOM = 1_000
# With more candidates than this, reading the whole room costs no more than listing them.
MOST_CANDIDATES = 500

# A function that finds the members with a value, and that value.
Search = tuple[Holders, Any]


def candidates_of(facts: MessageFacts, readings: Iterable[Reading]) -> set[int] | None:
    """Return the keys of all users who may be notified by any rule; None if the whole room must be read."""
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
    """Return the searches that find every user who may be notified, without duplicates; None if indexes cannot."""
    found: dict[Search, None] = {}
    for reading in readings:
        answers = [searches_for(condition) for rule, condition in reading.open if rule.sends]
        if reading.last.sends or None in answers:
            return None
        found |= dict.fromkeys(search for answer in answers for search in answer or ())
    return list(found)


def searches_for(condition: Q) -> list[Search] | None:
    """Return the searches that find every member for whom the condition may be true; None if no index can.

    For an AND, one condition with an index is enough; for an OR, all of them need one.
    """
    if condition.negated:
        return None
    children: Sequence[Any] = condition.children
    answers = [searches_for(child) if isinstance(child, Q) else searches_named(*child) for child in children]
    if condition.connector != Q.OR:
        return next((answer for answer in answers if answer is not None), None)
    return None if None in answers else [search for answer in answers for search in answer or ()]


def searches_named(name: str, value: Any) -> list[Search] | None:
    """Return the search for members with this value; None if no index can find them."""
    member_value = MEMBER_VALUES_BY_NAME.get(name)
    if member_value is None or member_value.holders is None or not value:
        return None
    return [(member_value.holders, value)]


def users_of(rows: Iterable[Rows]) -> QuerySet[Any, Any]:
    """Return the keys of the users in these rows, possibly with duplicates. Each table is queried once."""
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
