"""What an installation is: a workspace, the cloud that workspaces connect to, or both (`ROLES`)."""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings


class Role(StrEnum):
    """One part of the product. `ANY` marks what belongs to an installation whatever it is."""

    WORKSPACE = "workspace"
    CLOUD = "cloud"
    ANY = "any"


def has_role(role: Role) -> bool:
    """Return whether this installation plays the role."""
    return role == Role.ANY or role.value in settings.ROLES


def is_workspace() -> bool:
    """Return whether this installation is a workspace: with rooms, people who chat, and devices."""
    return has_role(Role.WORKSPACE)


def is_cloud() -> bool:
    """Return whether this installation is a cloud with a gateway, for others or for itself."""
    return has_role(Role.CLOUD)
