"""The protocols in which workspaces may push through the gateway, as the console shows them.

The gateway itself is a part of `push`, which registers its protocols here when the site starts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise

# The protocol of Callboard workspaces and Rocket.Chat servers.
ROCKETCHAT = "rocketchat"


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtocolDescription:
    """A protocol: its name in the database, its label, and who speaks it.

    `docs` is the page in docs/ that explains how to set it up. `credentials` returns what an operator enters in the
    other server, by label, for the URL of this site and a gateway key; `explanation` says where to enter it.
    """

    name: str
    label: Text
    used_by: Text
    docs: str
    explanation: Text
    credentials: Callable[[str, str], Mapping[Text, str]]


_protocols: dict[str, ProtocolDescription] = {}


def protocol_register(description: ProtocolDescription) -> None:
    """Add a protocol."""
    _protocols[description.name] = description


def protocol_of(name: str) -> ProtocolDescription:
    """Return the protocol with this name; Rocket.Chat's if a later version has stored an unknown one."""
    return _protocols.get(name) or _protocols[ROCKETCHAT]


def protocol_choices() -> list[tuple[str, Text]]:
    """Return the choices of a form field for a protocol."""
    return [(one.name, one.label) for one in _protocols.values()]
