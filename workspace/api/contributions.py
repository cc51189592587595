"""What an upper app adds to the API's objects of a lower one, which cannot import it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workspace.models import User


@dataclass(slots=True)
class Contributions:
    """`preferences` returns what an account has chosen, as its own clients are told."""

    preferences: Callable[[User], dict[str, Any]] = lambda _user: {}


contributions = Contributions()
