"""The workspace's password policy."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from tests.factories import UserFactory
from workspace.models import SignInSettings, User

pytestmark = pytest.mark.django_db

GOOD = "Xw9-nought-paprika"


def problems(password: str) -> list[str]:
    try:
        validate_password(password, User(username="ana"))
    except ValidationError as error:
        return list(error.messages)
    return []


def policy(**values: Any) -> None:
    SignInSettings(policy=True, **values).save()


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("Xw9-nought", "At least 14 characters."),
        ("Xw9-noughttttt-paprika", "No character more than 3 times in a row."),
        (GOOD.upper(), "At least one lower-case letter."),
        (GOOD.lower(), "At least one upper-case letter."),
        ("Xw-nought-paprika", "At least one digit."),
        ("Xw9 nought paprika", "At least one symbol."),
    ],
)
def test_each_rule_is_checked(password: str, problem: str) -> None:
    assert problems(password) == []
    policy()
    assert problems(password) == [problem]
    assert problems(GOOD) == []


def test_rules_can_be_changed_and_turned_off() -> None:
    policy(policy_max_length=20, policy_no_repeating=False, policy_min_length=-1, policy_special=False)
    assert problems("Xw9nooooooo") == []
    assert problems(GOOD * 2) == ["At most 20 characters."]


def test_the_minimum_of_the_product_remains() -> None:
    policy(policy_min_length=-1)
    assert problems("Xw9-") == ["This password is too short. It must contain at least 8 characters."]


def test_pages_show_the_rules_in_force(client: Client) -> None:
    client.force_login(UserFactory(), backend="workspace.authentication.NameOrEmailBackend")
    assert "At least 14 characters." not in client.get("/account/password/").text
    policy()
    assert "At least 14 characters." in client.get("/account/password/").text
