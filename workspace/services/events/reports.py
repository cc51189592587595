"""What a source reports, and what becomes of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from workspace.models import Message, RoomType

# Rooms with more members than this are changed by adding and removing members, not with a list of all of them.
MAX_LISTED_MEMBERS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReport:
    """A message that was written. The ids are the source's own; `members` are all members of the room if known."""

    id: str
    room: str
    sender: str
    text: str = ""
    members: Sequence[str] | None = None
    mentions: Sequence[str] = ()
    mentions_all: bool = False
    mentions_here: bool = False
    thread: str = ""
    is_shown_in_room: bool = False
    sent_at: datetime | None = None
    room_name: str = ""
    room_type: RoomType = RoomType.PRIVATE
    sender_name: str = ""

    @property
    def people(self) -> Collection[str]:
        """Return the ids of all people whom the report names."""
        return {self.sender, *(self.members or ()), *self.mentions}


@dataclass(frozen=True, slots=True, kw_only=True)
class UserReport:
    """A person. None leaves a value unchanged; an empty address removes the address."""

    id: str
    name: str | None = None
    username: str | None = None
    email: str | None = None
    language: str | None = None
    time_zone: str | None = None
    is_active: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomReport:
    """A room. None leaves a value unchanged. `members` replaces all members; `added` and `removed` change some."""

    id: str
    name: str | None = None
    type: RoomType | None = None
    topic: str | None = None
    is_archived: bool | None = None
    members: Sequence[str] | None = None
    added: Sequence[str] = ()
    removed: Sequence[str] = ()

    @property
    def people(self) -> Collection[str]:
        """Return the ids of all people who become members."""
        return {*(self.members or ()), *self.added}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReport:
    """A person has read a room."""

    user: str
    room: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceReport:
    """A person uses the source's application (`online`), has it open (`away`), or has left it (`offline`)."""

    user: str
    status: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionReport:
    """A message, room or person was deleted; exactly one of them."""

    message: str = ""
    room: str = ""
    user: str = ""


Report = MessageReport | UserReport | RoomReport | ReadReport | PresenceReport | DeletionReport


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with a field of a report."""

    field: str
    message: str


class ReportError(Exception):
    """A report that cannot be carried out; nothing of it was written."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.errors = [FieldError(field, message)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a report: its errors, or else the message if it is about one."""

    errors: Sequence[FieldError] = ()
    message: Message | None = None
    is_duplicate: bool = False
