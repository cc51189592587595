from workspace.models.accounts import EmailAddress, User
from workspace.models.general import BusySilences, GeneralSettings
from workspace.models.history import FormerRow
from workspace.models.messages import Mention, Message, ThreadFollower
from workspace.models.mobile import MobileSettings
from workspace.models.presence import Connection, Presence, Status
from workspace.models.rooms import Room, RoomType, Subscription
from workspace.models.setting_changes import ChangeSource, SettingChange

__all__ = [
    "BusySilences",
    "ChangeSource",
    "Connection",
    "EmailAddress",
    "FormerRow",
    "GeneralSettings",
    "Mention",
    "Message",
    "MobileSettings",
    "Presence",
    "Room",
    "RoomType",
    "SettingChange",
    "Status",
    "Subscription",
    "ThreadFollower",
    "User",
]
