"""Where the values that the rules read come from."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Origin(models.TextChoices):
    """The possible origins, grouped by who can change the values."""

    MESSAGE = "message", _("the message")
    ROOM = "room", _("the member's preferences for the room")
    ACCOUNT = "account", _("the member's account")
    PRESENCE = "presence", _("the member's presence at that time")
    ROLES = "roles", _("the member's roles")
    WORKSPACE = "workspace", _("the workspace's settings")

    @property
    def own_label(self) -> str:
        """Return the label for the user whose values these are."""
        return str(OWN_LABELS.get(self, self.label))


OWN_LABELS: dict[str, str | Promise] = {
    Origin.ROOM: _("your preferences for the room"),
    Origin.ACCOUNT: _("your account"),
    Origin.PRESENCE: _("your presence at that time"),
    Origin.ROLES: _("your roles"),
}
