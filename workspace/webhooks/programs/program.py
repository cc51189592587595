"""How the payloads of a program are recognised and described."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program. `recognises` returns True for its payloads, `text` makes the text of the message.

    `name` is stored with the calls, `label` is shown.
    """

    name: str
    label: str
    recognises: Callable[[Mapping[str, Any]], bool]
    text: Callable[[Mapping[str, Any]], str]
