"""Setting what follows from the connection with the cloud among the Setup Wizard's settings, with its history."""

from __future__ import annotations

from workspace.models import ChangeSource, User
from workspace.services.settings import Origin, settings_save, unlocked_values


def wizard_set(*, actor: User | None = None, **values: bool) -> None:
    """Save settings by their ids; those that the environment fixes stay as they are.

    An actor is named in the history only where they may edit settings: managing the cloud is a permission of its own.
    """
    named = actor if actor and actor.has_perm("workspace.edit_privileged_setting") else None
    settings_save(values=unlocked_values(values), origin=Origin(source=ChangeSource.CLOUD, actor=named))
