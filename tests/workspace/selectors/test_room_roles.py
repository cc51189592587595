"""What a role in a room permits."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission

from tests.factories import RoomFactory, UserFactory
from workspace.models import Subscription
from workspace.selectors.room_roles import may_in_room

pytestmark = pytest.mark.django_db

EDIT = "workspace.edit_room"


def member(**fields: Any) -> Subscription:
    row = Subscription.objects.get(room=RoomFactory(members=[UserFactory()]))
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    return row


def may(row: Subscription) -> bool:
    return may_in_room(user=row.user, room=row.room, permission=EDIT)


def test_the_permissions_of_a_role_apply_to_its_members_in_the_room() -> None:
    assert may(member(is_owner=True))
    assert may(member(is_moderator=True))
    assert not may(member(is_leader=True))
    assert not may(member())


def test_administrators_can_change_what_a_role_permits() -> None:
    Group.objects.get(name="owner").permissions.remove(Permission.objects.get(codename="edit_room"))
    assert not may(member(is_owner=True))
    assert may(member(is_moderator=True))


def test_a_deactivated_owner_may_nothing() -> None:
    row = member(is_owner=True)
    row.user.is_active = False
    row.user.save()
    assert not may(row)
    assert not may_in_room(user=UserFactory(), room=row.room, permission=EDIT)
