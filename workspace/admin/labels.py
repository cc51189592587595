"""States in the workspace as coloured labels."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from workspace.admin.columns import label, label_row
from workspace.models import Connection, Message, Room, RoomType, Status, User
from workspace.models.messages import ENCRYPTED
from workspace.permissions import ADMIN
from workspace.selectors.presence import PresenceView

CONNECTION_KINDS = {Connection.ONLINE: "success", Connection.AWAY: "warning", Connection.OFFLINE: ""}
ROOM_KINDS = {RoomType.CHANNEL: "info", RoomType.PRIVATE: "primary", RoomType.DIRECT: ""}


def connection(value: str) -> SafeString:
    """Return a connection as a label."""
    return label(Connection(value).label, CONNECTION_KINDS[Connection(value)])


def status(value: str) -> SafeString:
    """Return a chosen status as a label."""
    return label(Status(value).label, "danger" if value == Status.BUSY else "info")


def presence(view: PresenceView) -> SafeString | str:
    """Return the connection, and the chosen status if it differs."""
    connection_label = connection(view.connection)
    if view.status == Status.ONLINE and not view.status_text:
        return connection_label
    return label_row([connection_label, status(view.status), view.status_text])


def roles(user: User) -> SafeString | str:
    """Return the account's roles as labels."""
    labels = [label(group.name, "primary" if group.name == ADMIN else "") for group in user.groups.all()]
    if user.is_superuser:
        labels.insert(0, label(_("Superuser"), "danger"))
    return label_row(labels)


def room_type(room: Room) -> SafeString:
    """Return the room's type as a label."""
    return label(RoomType(room.type).label, ROOM_KINDS[RoomType(room.type)])


def message_kind(message: Message) -> SafeString:
    """Return the kind and state of a message as a label."""
    if message.deleted_at:
        return label(_("Deleted"), "danger")
    if message.type == ENCRYPTED:
        return label(_("Encrypted"), "warning")
    if message.is_system:
        return label(_("System"), "", title=message.type)
    if message.is_thread_reply:
        return label(_("Thread reply"), "info")
    return label(_("Message"), "primary")
