"""The administration of the workspace, and building blocks for the administrations of other apps."""

from workspace.admin import (
    data_exports,
    integrations,
    libraries,
    mails,
    messages,
    presences,
    reports,
    roles,
    rooms,
    subscriptions,
    text_views,
    users,
)
from workspace.admin.events import sources

__all__ = [
    "data_exports",
    "integrations",
    "libraries",
    "mails",
    "messages",
    "presences",
    "reports",
    "roles",
    "rooms",
    "sources",
    "subscriptions",
    "text_views",
    "users",
]
