"""The workspace's states as coloured labels."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from workspace.admin.columns import label, label_row
from workspace.models import Connection, Message, Room, RoomType, Status, User
from workspace.models.messages import ENCRYPTED
from workspace.selectors.presence import PresenceView
from workspace.services.roles import ADMIN

CONNECTION_KINDS = {Connection.ONLINE: "success", Connection.AWAY: "warning", Connection.OFFLINE: ""}
ROOM_KINDS = {RoomType.CHANNEL: "info", RoomType.PRIVATE: "primary", RoomType.DIRECT: ""}


def connection(value: str) -> SafeString:
    """Return what the clients say as a label."""
    return label(Connection(value).label, CONNECTION_KINDS[Connection(value)])


def status(value: str) -> SafeString:
    """Return a status picked by hand as a label."""
    return label(Status(value).label, "danger" if value == Status.BUSY else "info")


def presence(view: PresenceView) -> SafeString | str:
    """Return the connection, and the status picked by hand where it says something else."""
    shown = connection(view.connection)
    if view.status == Status.ONLINE and not view.status_text:
        return shown
    return label_row([shown, status(view.status), view.status_text])


def roles(user: User) -> SafeString | str:
    """Return the account's roles as labels."""
    found = [label(group.name, "primary" if group.name == ADMIN else "") for group in user.groups.all()]
    if user.is_superuser:
        found.insert(0, label(_("Superuser"), "danger"))
    return label_row(found)


def room_type(room: Room) -> SafeString:
    """Return the room's kind as a label."""
    return label(RoomType(room.type).label, ROOM_KINDS[RoomType(room.type)])


def message_kind(message: Message) -> SafeString:
    """Return whether a person or the system speaks, and what became of it."""
    if message.deleted_at:
        return label(_("Deleted"), "danger")
    if message.type == ENCRYPTED:
        return label(_("Encrypted"), "warning")
    if message.is_system:
        return label(_("System"), "", title=message.type)
    if message.is_thread_reply:
        return label(_("Thread reply"), "info")
    return label(_("Message"), "primary")
