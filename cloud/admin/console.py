"""What the pages of the cloud's console have in common."""

from __future__ import annotations

from workspace.admin.base import ReadOnlyAdmin
from workspace.roles import Role

MANAGE = "cloud.change_registeredworkspace"


class ConsoleAdmin(ReadOnlyAdmin):
    """A list and pages of the cloud's console, to read."""

    belongs_to = Role.CLOUD
