"""Carrying out what a source reports about a room: its name and members, who has read it, and deletions."""

from __future__ import annotations

from django.db import transaction

from workspace.errors import ApplicationError
from workspace.models import EventSource, Room, RoomType, User
from workspace.selectors.events.known import members_of, message_known, people_known, person_known, rooms_known
from workspace.services.events.creating import NewRoom, people_create, room_names_free, rooms_create
from workspace.services.events.membership import MAX_DIRECT_MEMBERS, memberships_save
from workspace.services.events.people import error_of
from workspace.services.events.reports import (
    MAX_LISTED_MEMBERS,
    DeletionReport,
    ReadReport,
    ReportError,
    RoomReport,
)
from workspace.services.messages import message_erase
from workspace.services.people.deletion import account_erase
from workspace.services.reading import room_mark_read
from workspace.services.room_changes.state import room_erase
from workspace.signals import room_changed


@transaction.atomic
def room_report(*, source: EventSource, report: RoomReport) -> Room:
    """Create the room, or change what the report contains. Raises ReportError.

    With this report, a source may create rooms even if it may not create those that other events mention.
    """
    room = rooms_known(source, [report.id], locked=True).get(report.id)
    if room is None:
        new = NewRoom(report.name or "", report.type or RoomType.PRIVATE, source.created_by_id)
        room = rooms_create(source=source, rooms={report.id: new})[report.id]
    elif report.type is not None and report.type != room.type:
        raise ReportError("roomType", "the type of a room cannot change")
    else:
        name_save(source, room, report)
    settings_save(room, report)
    members_save(source, room, report)
    return room


def name_save(source: EventSource, room: Room, report: RoomReport) -> None:
    """Rename an existing room. A direct room has no name."""
    if report.name is None or room.is_direct or report.name == room.topic:
        return
    # As for a new room, the full name is the topic, unless the report has another one.
    room.name = room_names_free(source, {report.id: report.name}, own=room.name)[report.id]
    room.topic = report.name
    room.save(update_fields=["name", "topic", "updated_at"])
    room_changed.send(Room, room=room)


def settings_save(room: Room, report: RoomReport) -> None:
    """Save the topic and whether the room is archived."""
    changes = {"topic": report.topic, "is_archived": report.is_archived}
    changed = [name for name, value in changes.items() if value is not None and value != getattr(room, name)]
    if not changed:
        return
    for name in changed:
        setattr(room, name, changes[name])
    room.save(update_fields=[*changed, "updated_at"])
    room_changed.send(Room, room=room)


def members_save(source: EventSource, room: Room, report: RoomReport) -> None:
    """Replace the members, or add and remove some."""
    if report.members is None and not report.added and not report.removed:
        return
    if report.members is not None and room.members_count > MAX_LISTED_MEMBERS:
        raise ReportError("members", f"the room has more than {MAX_LISTED_MEMBERS} members: use add and remove")
    people = people_known(source, {*report.people, *report.removed})
    missing = sorted(report.people - people.keys())
    if missing and not source.creates_unknown:
        raise ReportError("members" if report.members else "add", f"unknown person “{missing[0]}”")
    if missing:
        people |= people_create(source=source, names=dict.fromkeys(missing, ""))
    added = {people[one].pk for one in report.people}
    removed = {people[one].pk for one in report.removed if one in people}
    if report.members is not None:
        before = members_of([room.pk], [], [])[room.pk]
        after = added - removed
    else:
        before = members_of([], [room.pk], added | removed)[room.pk]
        after = (before | added) - removed
    if room.is_direct and room.members_count + len(after) - len(before) > MAX_DIRECT_MEMBERS:
        raise ReportError("members", f"a direct room has at most {MAX_DIRECT_MEMBERS} members")
    memberships_save(rooms={room.pk: room}, before={room.pk: before}, after={room.pk: after})


@transaction.atomic
def read_report(*, source: EventSource, report: ReadReport) -> None:
    """Mark the room and its threads as read. Raises ReportError if the person is not a member."""
    user, room = person_known(source, report.user), rooms_known(source, [report.room]).get(report.room)
    if user is None:
        raise ReportError("user", f"unknown person “{report.user}”")
    if room is None:
        raise ReportError("room", f"unknown room “{report.room}”")
    if not room_mark_read(user=user, room=room, read_threads=True):
        raise ReportError("user", "is not a member of the room")


@transaction.atomic
def deletion_report(*, source: EventSource, report: DeletionReport) -> None:
    """Delete the message, room or person. Idempotent: what is unknown or deleted already is no error."""
    if report.message:
        message = message_known(source, report.message)
        if message is not None:
            message_erase(message=message)
    elif report.room:
        room = rooms_known(source, [report.room], locked=True).get(report.room)
        if room is not None:
            room_erase(room=room)
    else:
        user = person_known(source, report.user)
        if user is not None:
            user_delete(user)


def user_delete(user: User) -> None:
    """Delete the account of a person."""
    try:
        account_erase(user=user, may_be_last_owner=True)
    except ApplicationError as error:
        raise error_of(error, "user") from error
