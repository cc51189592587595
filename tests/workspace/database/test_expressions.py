"""Expressions that are compiled once, however often a query refers to their name."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Greatest

from tests.factories import UserFactory
from workspace.database.expressions import CompiledOnce
from workspace.models import User

DEPTH = 10


class Counted(Value):
    """A value that counts how often it is compiled."""

    compiled = 0

    def as_sql(self, *args: Any, **options: Any) -> Any:
        Counted.compiled += 1
        return super().as_sql(*args, **options)


def nested(depth: int = DEPTH) -> QuerySet[User]:
    """Return users with a value that refers twice to another, which refers twice to another, and so on."""
    users = User.objects.alias(level0=CompiledOnce(Greatest(F("pk"), Counted(0, output_field=IntegerField()))))
    for number in range(1, depth):
        below = f"level{number - 1}"
        value = Case(When(Q(**{f"{below}__gt": 10**9}), then=Value(0)), default=F(below), output_field=IntegerField())
        users = users.alias(**{f"level{number}": CompiledOnce(value)})
    return users.annotate(top=F(f"level{depth - 1}"))


@pytest.mark.django_db
def test_nested_names_have_their_values() -> None:
    user = UserFactory()
    assert nested().get(pk=user.pk).top == user.pk
    assert not nested().filter(top__gt=user.pk, pk=user.pk).exists()


def test_each_is_compiled_once_in_a_statement() -> None:
    Counted.compiled = 0
    text, _parameters = nested().order_by().query.sql_with_params()
    assert Counted.compiled == 1
    assert text.count("CASE") == 2 ** (DEPTH - 1) - 1


@pytest.mark.django_db
def test_a_subquery_with_such_a_name_refers_to_its_own_tables() -> None:
    first, second = UserFactory(), UserFactory()
    lower = User.objects.alias(number=CompiledOnce(F("pk") + Value(0))).filter(number__lt=OuterRef("number"))
    users = User.objects.alias(number=CompiledOnce(F("pk") + Value(0))).filter(pk__in=[first.pk, second.pk])
    assert list(users.filter(Exists(lower.filter(pk=first.pk)))) == [second]
    assert set(User.objects.filter(pk__in=users.filter(number=first.pk))) == {first}


@pytest.mark.django_db
def test_a_name_that_refers_to_the_outer_query_is_resolved_there() -> None:
    first, second = UserFactory(), UserFactory()
    same = User.objects.alias(wanted=CompiledOnce(OuterRef("pk") + Value(0))).filter(pk=F("wanted"), pk__gt=first.pk)
    assert list(User.objects.filter(Exists(same), pk__in=[first.pk, second.pk])) == [second]
