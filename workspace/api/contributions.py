"""Contributions of upper apps to API objects of lower ones, which cannot import them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from workspace.models import Subscription, User


@dataclass(slots=True)
class Contributions:
    """What `preferences` adds.

    `preferences` returns the preferences of an account, as its own clients see them. `subscriptions` returns
    subscriptions of any users as API objects, by key, with a constant number of queries.
    """

    preferences: Callable[[User], dict[str, Any]] = lambda _user: {}
    subscriptions: Callable[[QuerySet[Subscription]], dict[int, dict[str, Any]]] = lambda _subscriptions: {}


contributions = Contributions()
