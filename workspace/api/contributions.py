"""Contributions of upper apps to API objects of lower ones, which cannot import them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from workspace.models import Subscription, User


@dataclass(frozen=True, slots=True)
class Decided:
    """How many members are notified of some messages: by channel and reason code.

    `notifying` are the codes of notifications. `is_complete` is False until all members of all messages are counted.
    """

    is_complete: bool
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    notifying: Collection[str] = ()


@dataclass(slots=True)
class Contributions:
    """What `preferences` and `push` add.

    `preferences` returns the preferences of an account, as its own clients see them. `subscriptions` returns
    subscriptions of any users as API objects, by key, with a constant number of queries.

    `push` returns how many members are notified of messages, given by key.
    """

    preferences: Callable[[User], dict[str, Any]] = lambda _user: {}
    subscriptions: Callable[[QuerySet[Subscription]], dict[int, dict[str, Any]]] = lambda _subscriptions: {}
    decided: Callable[[Collection[int]], Decided] = lambda _messages: Decided(is_complete=True)


contributions = Contributions()
