"""Admin pages of roles."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from tests.admin_rows import administrator
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_the_built_in_roles_cannot_be_renamed_or_deleted(client: Client) -> None:
    client.force_login(administrator())
    role = Group.objects.get(name="user")
    kept = [permission.pk for permission in role.permissions.all()]
    client.post(f"/admin/auth/group/{role.pk}/change/", {"name": "other", "permissions": kept[:1]})
    role.refresh_from_db()
    assert (role.name, role.permissions.count()) == ("user", 1)
    assert client.post(f"/admin/auth/group/{role.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_custom_role_can_be_created_and_deleted(client: Client) -> None:
    client.force_login(administrator())
    permission = Permission.objects.get(codename="view_device")
    client.post("/admin/auth/group/add/", {"name": "helpers", "permissions": [permission.pk]})
    role = Group.objects.get(name="helpers")
    assert list(role.permissions.all()) == [permission]
    client.post(f"/admin/auth/group/{role.pk}/delete/", {"post": "yes"})
    assert not Group.objects.filter(name="helpers").exists()


def test_members_and_permissions_are_counted_separately(client: Client) -> None:
    client.force_login(administrator())
    role = Group.objects.create(name="zz")
    role.permissions.set(Permission.objects.all()[:7])
    for _time in range(3):
        UserFactory(roles=("zz",))
    row = client.get("/admin/auth/group/", {"q": "zz"}).context["cl"].result_list[0]
    assert (row.member_count, row.held_count) == (3, 7)
