"""Reading who may do what, for many accounts and permissions at once."""

from __future__ import annotations

from collections.abc import Collection

from django.apps import apps
from django.contrib.auth.models import Permission
from django.db.models import Q

from workspace.models import User


def users_permitted(permission: str, *, users: Collection[int]) -> set[int]:
    """Return the keys of those accounts who hold `permission` (such as `workspace.view_d_room`), as `has_perm` does."""
    app_label, codename = permission.split(".")
    held = Permission.objects.filter(content_type__app_label=app_label, codename=codename)
    holds = Q(is_superuser=True) | Q(groups__permissions__in=held) | Q(user_permissions__in=held)
    return set(User.objects.filter(holds, pk__in=users, is_active=True).values_list("pk", flat=True))


def roles_by_permission() -> dict[str, list[str]]:
    """Return the names of the roles that hold each permission, by its codename.

    Only those that an app declares by itself: what Django adds to every model concerns the administration alone.
    """
    declared = {codename for model in apps.get_models() for codename, _name in model._meta.permissions}
    rows = Permission.objects.filter(codename__in=declared).order_by("codename").prefetch_related("group_set")
    return {row.codename: sorted(role.name for role in row.group_set.all()) for row in rows}
