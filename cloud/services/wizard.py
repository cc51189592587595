"""Changes the settings of the Setup Wizard that depend on the cloud connection, and records their history."""

from __future__ import annotations

from workspace.models import ChangeSource, User
from workspace.services.settings import Origin, settings_save, unlocked_values


def wizard_set(*, actor: User | None = None, **values: bool) -> None:
    """Save settings by id, except those that are fixed by environment variables.

    The history names the actor only if they may edit settings, because managing the cloud is a separate permission.
    """
    named_actor = actor if actor and actor.has_perm("workspace.edit_privileged_setting") else None
    settings_save(values=unlocked_values(values), origin=Origin(source=ChangeSource.CLOUD, actor=named_actor))
