"""Reading who may do what, for many accounts at once."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import Permission
from django.db.models import Q

from workspace.models import User


def users_permitted(permission: str, *, users: Collection[int]) -> set[int]:
    """Return the keys of those accounts who hold `permission` (such as `workspace.view_d_room`), as `has_perm` does."""
    app_label, codename = permission.split(".")
    held = Permission.objects.filter(content_type__app_label=app_label, codename=codename)
    holds = Q(is_superuser=True) | Q(groups__permissions__in=held) | Q(user_permissions__in=held)
    return set(User.objects.filter(holds, pk__in=users, is_active=True).values_list("pk", flat=True))
