from workspace.models.access_tokens import PersonalAccessToken
from workspace.models.accounts import Avatar, EmailAddress, User
from workspace.models.data_exports import DataExport, DataExportPart, ExportState
from workspace.models.erasures import PendingErasure
from workspace.models.events.sources import EventKind, EventSource, SourcePerson, SourceRoom, TransientText
from workspace.models.general import BusySilences, GeneralSettings
from workspace.models.history import FormerRow
from workspace.models.integrations import Integration, IntegrationCall
from workspace.models.live import LiveEvent, LiveKind
from workspace.models.mail import KeptMail, MailKind, RequestedMail
from workspace.models.message_marks import Pin, PinNotice, Reaction, Report, Star
from workspace.models.message_settings import ErasureType, MessageSettings
from workspace.models.messages import Mention, Message, SystemMessage, ThreadFollower
from workspace.models.mobile import MobileSettings
from workspace.models.presence import ClientPresence, Connection, FormerPresence, Presence, Status
from workspace.models.retention import RetentionSettings
from workspace.models.roles import DeletedRole, RoleDetails
from workspace.models.rooms import Room, RoomType
from workspace.models.servers.ldap import LdapSettings
from workspace.models.servers.mail import EmailSettings
from workspace.models.servers.openid import OpenIdSettings
from workspace.models.setting_changes import ChangeSource, SettingChange
from workspace.models.sign_in_settings import RegistrationForm, SignInSettings
from workspace.models.sign_ins import (
    EmailCode,
    EmailSecondFactor,
    KnownAddress,
    PendingSecondFactor,
    SignedInClient,
    SignInAttempt,
)
from workspace.models.subscriptions import Subscription
from workspace.models.text_views import TextPlace, TextView

__all__ = [
    "Avatar",
    "BusySilences",
    "ChangeSource",
    "ClientPresence",
    "Connection",
    "DataExport",
    "DataExportPart",
    "DeletedRole",
    "EmailAddress",
    "EmailCode",
    "EmailSecondFactor",
    "EmailSettings",
    "ErasureType",
    "EventKind",
    "EventSource",
    "ExportState",
    "FormerPresence",
    "FormerRow",
    "GeneralSettings",
    "Integration",
    "IntegrationCall",
    "KeptMail",
    "KnownAddress",
    "LdapSettings",
    "LiveEvent",
    "LiveKind",
    "MailKind",
    "Mention",
    "Message",
    "MessageSettings",
    "MobileSettings",
    "OpenIdSettings",
    "PendingErasure",
    "PendingSecondFactor",
    "PersonalAccessToken",
    "Pin",
    "PinNotice",
    "Presence",
    "Reaction",
    "RegistrationForm",
    "Report",
    "RequestedMail",
    "RetentionSettings",
    "RoleDetails",
    "Room",
    "RoomType",
    "SettingChange",
    "SignInAttempt",
    "SignInSettings",
    "SignedInClient",
    "SourcePerson",
    "SourceRoom",
    "Star",
    "Status",
    "Subscription",
    "SystemMessage",
    "TextPlace",
    "TextView",
    "ThreadFollower",
    "TransientText",
    "User",
]
