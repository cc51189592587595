"""A burst of parallel attempts to sign in stays within the limit."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.factories import PASSWORD, UserFactory
from workspace.security import lockout

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time."),
    pytest.mark.thorough,
]

AT_ONCE = 24
BLOCKED, UNAUTHORIZED = "error-login-blocked-for-user", "Unauthorized"


def burst(names: list[str], password: str = "wrong") -> Counter[str]:
    """Sign in with all names at the same time, from one address, and return how often each error was answered."""
    together = Barrier(len(names))

    def attempt(name: str) -> str:
        together.wait()
        try:
            body: dict[str, Any] = (
                Client().post("/api/v1/login", {"user": name, "password": password}, "application/json").json()
            )
            return str(body.get("error", "signed in"))
        finally:
            connection.close()

    with ThreadPoolExecutor(len(names)) as pool:
        return Counter(pool.map(attempt, names))


def test_one_account_gets_ten_attempts() -> None:
    UserFactory(username="ana")
    answers = burst(["ana"] * AT_ONCE)
    assert answers == {UNAUTHORIZED: 9, BLOCKED: AT_ONCE - 9}
    assert burst(["ana"], PASSWORD) == {BLOCKED: 1}


def test_one_address_gets_its_limit_for_all_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockout, "ADDRESS_LIMIT", 5)
    answers = burst([f"user{number}" for number in range(AT_ONCE)])
    assert answers == {UNAUTHORIZED: 5, BLOCKED: AT_ONCE - 5}


def test_correct_sign_ins_are_all_admitted() -> None:
    UserFactory(username="ana")
    assert burst(["ana"] * 8, PASSWORD) == {"signed in": 8}
    assert burst(["ana"] * 8, PASSWORD) == {"signed in": 8}
