"""Creating and changing other people's accounts concurrently."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tests.admin_rows import staff
from tests.factories import PASSWORD, EmailAddressFactory
from workspace.errors import ApplicationError
from workspace.models import EmailAddress, User
from workspace.services.addresses import address_verify, verification_token
from workspace.services.managed_accounts import account_create
from workspace.services.roles import roles_ensure

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 4


@pytest.mark.parametrize("shared", ["username", "email"])
def test_concurrent_requests_for_a_name_or_address_give_it_to_one_account(shared: str) -> None:
    roles_ensure()
    maker, together = staff("workspace.add_user"), Barrier(AT_ONCE)

    def make(number: int) -> str:
        own = {"username": f"grace{number}", "email": f"grace{number}@example.org"}
        given = {**own, shared: {"username": "grace", "email": "grace@example.org"}[shared]}
        together.wait()
        try:
            account_create(by=maker, name="Grace", password=PASSWORD, verified=True, **given)
        except ApplicationError as error:
            return error.code
        finally:
            connection.close()
        return "made"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends = sorted(pool.map(make, range(AT_ONCE)))
    assert ends == [*["error-field-unavailable"] * (AT_ONCE - 1), "made"]
    assert User.objects.filter(username__startswith="grace").count() == 1


def test_concurrent_verification_gives_the_address_to_one_account() -> None:
    tokens = [verification_token(EmailAddressFactory(address="a@example.org", verified=False)) for _n in range(AT_ONCE)]
    together = Barrier(AT_ONCE)

    def verify(token: str) -> str:
        together.wait()
        try:
            address_verify(token=token)
        except ApplicationError as error:
            return error.code
        finally:
            connection.close()
        return "verified"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends = sorted(pool.map(verify, tokens))
    assert ends == [*["error-invalid-token"] * (AT_ONCE - 1), "verified"]
    assert EmailAddress.objects.get().verified
