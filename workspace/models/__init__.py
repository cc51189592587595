from workspace.models.accounts import EmailAddress, User
from workspace.models.general import BusySilences, GeneralSettings
from workspace.models.messages import Mention, Message, ThreadFollower
from workspace.models.presence import Connection, Presence, Status
from workspace.models.rooms import Room, RoomType, Subscription

__all__ = [
    "BusySilences",
    "Connection",
    "EmailAddress",
    "GeneralSettings",
    "Mention",
    "Message",
    "Presence",
    "Room",
    "RoomType",
    "Status",
    "Subscription",
    "ThreadFollower",
    "User",
]
