"""Contributions of upper apps to API objects of lower ones, which cannot import them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workspace.models import User


@dataclass(slots=True)
class Contributions:
    """`preferences` returns the preferences of an account, as its own clients see them."""

    preferences: Callable[[User], dict[str, Any]] = lambda _user: {}


contributions = Contributions()
