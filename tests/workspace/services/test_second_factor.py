"""Codes of second factors: which are accepted, how often, and how they are stored."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.utils import timezone

from tests.factories import UserFactory
from tests.second_factors import SecondFactor, app_code, email_factor_of, second_factor_of
from workspace.errors import ApplicationError, SecondFactorError
from workspace.models import PendingSecondFactor, RequestedMail, User
from workspace.selectors.accounts import has_second_factor, recovery_codes_remaining
from workspace.services.people.requested_mails import requested_mail_send
from workspace.services.second_factor import (
    MAX_CODES,
    code_accept,
    recovery_codes_regenerate,
    recovery_codes_replace,
    second_factor_check,
    second_factor_confirm,
    second_factor_disable,
    second_factor_enable,
    second_factor_prepare,
    second_factor_remove,
)
from workspace.services.sign_in import sign_in, token_find

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def factor(ana: User) -> SecondFactor:
    return second_factor_of(ana)


def test_a_code_is_accepted_once(ana: User, factor: SecondFactor) -> None:
    code = factor.code(steps=1)
    assert code_accept(user=ana, code=code)
    assert not code_accept(user=ana, code=code)


def test_the_code_that_set_it_up_is_used_up(ana: User, factor: SecondFactor) -> None:
    assert not code_accept(user=ana, code=factor.code())


def test_a_code_older_than_the_last_accepted_one_is_refused(ana: User, factor: SecondFactor) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert code_accept(user=ana, code=factor.code(steps=1))
        assert not code_accept(user=ana, code=factor.code())


@pytest.mark.parametrize(("steps", "is_accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_half_a_minute(ana: User, factor: SecondFactor, steps: int, is_accepted: bool) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        assert code_accept(user=ana, code=factor.code(steps=steps)) is is_accepted


@pytest.mark.parametrize("shown", ["{} {}", "{}-{}", " {}{} "])
def test_spaces_and_dashes_in_a_code_are_ignored(ana: User, factor: SecondFactor, shown: str) -> None:
    code = factor.code(steps=1)
    assert code_accept(user=ana, code=shown.format(code[:3], code[3:]))


@pytest.mark.parametrize("code", ["", "0", "abcdef", "000000000000", "١٢٣٤٥٦", "12345678"])
def test_other_texts_are_no_codes(ana: User, factor: SecondFactor, code: str) -> None:
    assert not code_accept(user=ana, code=code)


def test_each_recovery_code_is_accepted_once(ana: User, factor: SecondFactor) -> None:
    assert len(set(factor.recovery_codes)) == 12
    assert code_accept(user=ana, code=factor.recovery_codes[3])
    assert not code_accept(user=ana, code=factor.recovery_codes[3])
    assert recovery_codes_remaining(ana) == 11


def test_another_accounts_codes_are_refused(ana: User, factor: SecondFactor) -> None:
    bob = UserFactory(username="bob")
    second_factor_of(bob)
    assert not code_accept(user=bob, code=factor.code(steps=1))
    assert not code_accept(user=bob, code=factor.recovery_codes[0])


def test_secrets_are_encrypted(ana: User, factor: SecondFactor) -> None:
    second_factor_prepare(user=UserFactory())
    stored = [str(row) for row in Authenticator.objects.values_list("data", flat=True)]
    assert not any(factor.secret in text or factor.recovery_codes[0] in text for text in stored)
    assert PendingSecondFactor.objects.get().secret


def test_without_the_key_of_its_secret_no_code_is_accepted(ana: User, factor: SecondFactor, settings: Any) -> None:
    settings.SALT_KEY = ["another key"]
    empty = "", "A" * 32
    assert not any(code_accept(user=ana, code=app_code(secret, steps=1)) for secret in (factor.secret, *empty))
    assert not code_accept(user=ana, code=factor.recovery_codes[0])


def test_an_account_without_a_second_factor_needs_no_code(ana: User) -> None:
    second_factor_check(user=ana, code="")
    second_factor_prepare(user=ana)
    second_factor_check(user=ana, code="")


def test_a_missing_and_a_wrong_code_raise_the_errors_that_clients_know(ana: User, factor: SecondFactor) -> None:
    for code, error, details in (
        ("", "totp-required", {"method": "totp", "codeGenerated": False, "availableMethods": ["totp"]}),
        ("000000", "totp-invalid", {"method": "totp"}),
    ):
        with pytest.raises(SecondFactorError) as raised:
            second_factor_check(user=ana, code=code)
        assert (raised.value.code, raised.value.details) == (error, details)


def test_a_new_secret_expires(ana: User) -> None:
    secret = second_factor_prepare(user=ana).secret
    with (
        time_machine.travel(timezone.now() + timedelta(minutes=31)),
        pytest.raises(ApplicationError, match="invalid-totp"),
    ):
        second_factor_enable(user=ana, code=app_code(secret))
    assert not has_second_factor(ana)


def test_only_the_latest_secret_can_be_activated(ana: User) -> None:
    earlier = second_factor_prepare(user=ana).secret
    second_factor_prepare(user=ana)
    with pytest.raises(ApplicationError, match="invalid-totp"):
        second_factor_enable(user=ana, code=app_code(earlier))


def test_activation_signs_out_the_other_apps(ana: User) -> None:
    current, other = sign_in(user=ana), sign_in(user=ana)
    secret = second_factor_prepare(user=ana).secret
    second_factor_enable(user=ana, code=app_code(secret), current=token_find(current))
    assert token_find(current)
    assert token_find(other) is None


def test_an_active_second_factor_cannot_be_replaced_without_its_code(ana: User, factor: SecondFactor) -> None:
    with pytest.raises(ApplicationError, match="error-2fa-already-enabled"):
        second_factor_prepare(user=ana)
    PendingSecondFactor.objects.create(user=ana, secret=factor.secret)
    with pytest.raises(ApplicationError, match="invalid-totp"):
        second_factor_enable(user=ana, code=factor.code(steps=1))


def test_removing_it_needs_a_code_and_removes_the_recovery_codes(ana: User, factor: SecondFactor) -> None:
    assert not second_factor_disable(user=ana, code="000000")
    assert has_second_factor(ana)
    assert second_factor_disable(user=ana, code=factor.recovery_codes[0])
    assert not Authenticator.objects.exists()
    assert not second_factor_disable(user=ana, code=factor.code(steps=1))


def test_new_recovery_codes_replace_the_earlier_ones(ana: User, factor: SecondFactor) -> None:
    assert recovery_codes_regenerate(user=ana, code="000000") is None
    codes = recovery_codes_regenerate(user=ana, code=factor.code(steps=1))
    assert codes
    assert not code_accept(user=ana, code=factor.recovery_codes[0])
    assert code_accept(user=ana, code=codes[0])


def test_a_signed_in_account_cannot_try_codes_without_end(ana: User, factor: SecondFactor) -> None:
    # The code that set the second factor up was the first, and the recovery code is the last.
    for _time in range(MAX_CODES - 2):
        assert not second_factor_disable(user=ana, code="000000")
    second_factor_confirm(user=ana, code=factor.recovery_codes[0])
    with pytest.raises(ApplicationError) as raised:
        second_factor_confirm(user=ana, code=factor.recovery_codes[1])
    assert (raised.value.code, raised.value.status) == ("error-too-many-requests", 429)


def test_the_owner_is_informed_of_changes() -> None:
    user = UserFactory(username="eva")
    email_factor_of(user)
    second_factor_of(user)
    recovery_codes_replace(user=user)
    second_factor_remove(user=user)
    mails_deliver()
    written = [str(message.body).split("\n\n")[2] for message in mail.outbox]
    assert written == [
        "Codes by e-mail were turned on.",
        "An authenticator app was set up.",
        "The recovery codes were replaced.",
        "An administrator has removed all second factors and passkeys.",
    ]
    assert "/account/security/" in str(mail.outbox[0].body)
    second_factor_of(UserFactory(username="without_address"))
    mails_deliver()
    assert len(mail.outbox) == len(written)


def mails_deliver() -> None:
    """Send the requested e-mails, as the worker does."""
    for requested in RequestedMail.objects.order_by("pk"):
        requested_mail_send(mail_pk=requested.pk)
