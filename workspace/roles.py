"""The roles of an installation: a workspace, the cloud that workspaces connect to, or both (`ROLES`)."""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings


class Role(StrEnum):
    """A role of an installation. `ANY` marks parts that every installation has."""

    WORKSPACE = "workspace"
    CLOUD = "cloud"
    ANY = "any"


def has_role(role: Role) -> bool:
    """Return True if this installation has the role."""
    return role == Role.ANY or role.value in settings.ROLES


def is_workspace() -> bool:
    """Return True if this installation is a workspace, with rooms, users and devices."""
    return has_role(Role.WORKSPACE)


def is_cloud() -> bool:
    """Return True if this installation is a cloud with a gateway, for other installations or itself."""
    return has_role(Role.CLOUD)
