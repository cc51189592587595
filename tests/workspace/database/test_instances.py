"""Instances without Django's constructor are what it would have made."""

from __future__ import annotations

import pytest

from tests.factories import RoomFactory, UserFactory
from workspace.database.existence import any_exist
from workspace.database.instances import instances_read
from workspace.models import Room, Subscription, User

pytestmark = pytest.mark.django_db


def columns(instance: Subscription) -> dict[str, object]:
    return {field.attname: getattr(instance, field.attname) for field in instance._meta.concrete_fields}


def test_read_instances_are_those_of_the_queryset() -> None:
    RoomFactory(members=[UserFactory()])
    rows = Subscription.objects.order_by("pk")
    read = instances_read(rows)
    assert len(read) >= 1
    assert [columns(row) for row in read] == [columns(row) for row in rows]
    assert read[0].user == rows[0].user


def test_columns_left_out_are_read_when_they_are_used() -> None:
    UserFactory(name="Ana")
    [user] = instances_read(User.objects.filter(name="Ana"), without=["name", "password"])
    assert "name" not in user.__dict__
    assert user.name == "Ana"


def test_read_instances_can_be_saved() -> None:
    UserFactory(name="Ana")
    [user] = instances_read(User.objects.filter(name="Ana"))
    user.name = "Ana Lima"
    user.save()
    assert User.objects.get(pk=user.pk).name == "Ana Lima"


def test_any_of_several_kinds_of_rows() -> None:
    key = UserFactory().pk
    absent = Room.objects.filter(name="absent")
    assert any_exist(absent, User.objects.filter(pk=key))
    assert not any_exist(absent, User.objects.filter(pk=key + 1000))
    assert not any_exist(Room.objects.none())
