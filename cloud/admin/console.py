"""The base of the admin pages of the cloud's console."""

from __future__ import annotations

from workspace.admin.base import ReadOnlyAdmin
from workspace.roles import Role

MANAGE = "cloud.change_registeredworkspace"


class ConsoleAdmin(ReadOnlyAdmin):
    """Read-only admin pages that only installations with the cloud role have."""

    belongs_to = Role.CLOUD
