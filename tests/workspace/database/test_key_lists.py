"""Conditions with lists of keys select the same rows as Django's own."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.factories import EmailAddressFactory, UserFactory
from workspace.models import EmailAddress, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def users() -> list[User]:
    users = [UserFactory() for _number in range(12)]
    for user in users:
        EmailAddressFactory(user=user)
    return users


@pytest.mark.parametrize("kind", [list, tuple, set, frozenset])
def test_a_long_list_of_keys(users: list[User], kind: type) -> None:
    keys = kind(user.pk for user in users[:9])
    assert set(User.objects.filter(pk__in=keys)) == set(users[:9])
    assert set(User.objects.exclude(pk__in=keys)) == set(users[9:])
    of_users = EmailAddress.objects.filter(user__in=keys)
    assert {email.user_id for email in of_users} == set(keys)
    assert EmailAddress.objects.exclude(user__in=keys).count() == 3
    assert User.objects.filter(pk__in=keys).update(name="Ana") == 9
    assert User.objects.in_bulk(keys).keys() == set(keys)
    if connection.vendor == "postgresql":
        assert "= ANY(" in str(of_users.query)
        assert " IN (" not in str(of_users.query)


def test_other_lists_are_left_to_django(users: list[User]) -> None:
    keys = [user.pk for user in users]
    assert User.objects.filter(pk__in=[*keys, None]).count() == 12
    assert User.objects.filter(pk__in=[str(key) for key in keys]).count() == 12
    assert User.objects.filter(pk__in=keys[:2]).count() == 2
    assert User.objects.filter(pk__in=[]).count() == 0
    assert EmailAddress.objects.filter(user__in=users).count() == 12
    assert EmailAddress.objects.filter(user__in=User.objects.filter(pk__in=keys)).count() == 12
    with pytest.raises(ValueError, match="expected a number"):
        User.objects.filter(pk__in=[*keys, "many"]).count()


@pytest.mark.parametrize("count", [0, 1, 9])
def test_a_list_of_texts(users: list[User], count: int) -> None:
    names = {user.username for user in users[:count]}
    named = User.objects.filter(username__among=names)
    assert set(named) == set(users[:count])
    assert EmailAddress.objects.filter(user__username__among=sorted(names)).count() == count
    odd = ["{a,b}", 'quo"te', "back\\slash", "NULL", "", "ß"]
    assert not User.objects.filter(username__among=odd).exists()
    User.objects.filter(pk=users[0].pk).update(name='quo"te')
    User.objects.filter(pk=users[1].pk).update(name="{a,b}")
    assert set(User.objects.filter(name__among=odd)) == {users[0], users[1]}
