"""The built-in roles, initially and after an upgrade."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from workspace.permissions import USER, default_permissions_of

pytestmark = pytest.mark.django_db


def held(role: str) -> set[str]:
    permissions = Group.objects.get(name=role).permissions
    return set(permissions.values_list("codename", flat=True))


def test_owners_and_moderators_have_permissions_in_their_rooms() -> None:
    assert {"set_owner", "edit_room", "post_readonly"} <= held("owner")
    assert {"edit_room", "remove_user", "post_readonly"} <= held("moderator")
    assert "set_owner" not in held("moderator")
    assert held("leader") == set()


def test_a_new_workspace_has_both_roles() -> None:
    assert held("admin") == set(Permission.objects.values_list("codename", flat=True)) - {"view_message_text"}
    assert held("user") == set(default_permissions_of(USER))


def test_migrating_gives_the_roles_the_permissions_that_a_version_adds() -> None:
    Permission.objects.filter(codename__in=["explain_notifications", "mention_here"]).delete()
    assert not {"explain_notifications", "mention_here"} & held("admin")
    call_command("migrate", verbosity=0)
    assert {"explain_notifications", "mention_here"} <= held("admin")
    assert "mention_here" in held("user")
    assert "explain_notifications" not in held("user")


def test_migrating_does_not_restore_removed_permissions() -> None:
    for role in Group.objects.all():
        role.permissions.remove(*Permission.objects.filter(codename__in=["mention_all", "explain_notifications"]))
    call_command("migrate", verbosity=0)
    assert not {"mention_all", "explain_notifications"} & (held("admin") | held("user"))


def test_a_missing_role_is_created_again() -> None:
    Group.objects.get(name="user").delete()
    call_command("migrate", verbosity=0)
    assert held("user") == set(default_permissions_of(USER))
