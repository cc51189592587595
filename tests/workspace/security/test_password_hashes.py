"""How many passwords a sign-in hashes, and how expensive a hash is."""

from __future__ import annotations

import time
from hashlib import sha256
from typing import Any

import pytest

from tests.api_client import ApiClient
from tests.factories import PASSWORD, UserFactory
from workspace.models import User
from workspace.security.password_hashers import DigestPBKDF2PasswordHasher

pytestmark = pytest.mark.django_db

DIGEST = {"digest": sha256(PASSWORD.encode()).hexdigest(), "algorithm": "sha-256"}
WRONG_DIGEST = {"digest": "0" * 64, "algorithm": "sha-256"}


class CountingHasher(DigestPBKDF2PasswordHasher):
    """The product's hasher with few iterations, which counts its hashes."""

    iterations = 10
    calls = 0

    def encode(self, password: str, salt: Any, iterations: int | None = None) -> str:
        type(self).calls += 1
        return super().encode(password, salt, iterations)


@pytest.fixture
def ana(settings: Any) -> User:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher", *settings.PASSWORD_HASHERS]
    ana = UserFactory(username="ana")
    ana.set_password(PASSWORD)
    ana.save()
    CountingHasher.calls = 0
    return ana


@pytest.mark.parametrize("name", ["ana", "nobody"])
@pytest.mark.parametrize("password", [PASSWORD, "wrong", DIGEST, WRONG_DIGEST])
def test_a_sign_in_hashes_one_password(ana: User, name: str, password: Any) -> None:
    ApiClient().post("login", user=name, password=password)
    assert CountingHasher.calls == 1


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_a_sign_in_to_a_deactivated_account_hashes_one_password(ana: User, password: str) -> None:
    User.objects.update(is_active=False)
    error = ApiClient().post("login", user="ana", password=password).json()["error"]
    assert error == {PASSWORD: "error-user-is-not-activated", "wrong": "Unauthorized"}[password]
    assert CountingHasher.calls == 1


def test_a_sign_in_on_the_page_hashes_one_password(ana: User, client: Any) -> None:
    assert client.post("/sign-in/", {"username": "ana", "password": PASSWORD}).status_code == 302
    assert CountingHasher.calls == 1


def test_a_stored_hash_with_another_number_of_iterations_is_replaced_at_the_next_sign_in(ana: User) -> None:
    ana.password = CountingHasher().encode(PASSWORD, "salt" * 6, iterations=20)
    ana.save()
    for password, iterations in (("wrong", "20"), (PASSWORD, "10")):
        ApiClient().post("login", user="ana", password=password)
        ana.refresh_from_db()
        assert ana.password.split("$")[1] == iterations
    assert ana.check_password(PASSWORD)


@pytest.mark.thorough
def test_a_hash_takes_a_noticeable_but_short_time() -> None:
    """The exact time depends on the machine; docs/accounts.md has a measurement."""
    started = time.process_time()
    DigestPBKDF2PasswordHasher().encode(PASSWORD, "salt" * 6)
    assert 0.05 < time.process_time() - started < 1
