"""2fa:*, and signing in with a second factor by the method `login`."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.api_client import ApiClient
from tests.factories import PASSWORD, UserFactory
from tests.method_calls import call, call_error
from tests.second_factors import SecondFactor, app_code, second_factor_of
from workspace.models import User
from workspace.selectors.accounts import has_second_factor

pytestmark = pytest.mark.django_db

CREDENTIALS = {"user": {"username": "ana"}, "password": PASSWORD}


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def factor(ana: User) -> SecondFactor:
    return second_factor_of(ana)


def test_the_password_alone_is_answered_with_a_question_for_the_code(factor: SecondFactor) -> None:
    error = call_error(None, "login", CREDENTIALS)
    assert (error["error"], error["reason"], error["errorType"]) == ("totp-required", "TOTP Required", "Meteor.Error")
    assert error["details"] == {"method": "totp", "codeGenerated": False, "availableMethods": ["totp"]}


def test_a_wrong_code_is_refused(factor: SecondFactor) -> None:
    error = call_error(None, "login", {"totp": {"login": CREDENTIALS, "code": "000000"}})
    assert (error["error"], error["details"]) == ("totp-invalid", {"method": "totp"})


@pytest.mark.parametrize("form", ["totp", "code"])
def test_the_code_signs_in(ana: User, factor: SecondFactor, form: str) -> None:
    code = factor.code(steps=1)
    sent: dict[str, Any] = {"totp": {"login": CREDENTIALS, "code": code}} if form == "totp" else CREDENTIALS
    assert call(None, "login", {**sent, "code": code} if form == "code" else sent)["id"] == ana.public_id


@pytest.mark.usefixtures("digests_accepted")
def test_is_set_up_and_removed(ana: User) -> None:
    client = ApiClient(ana)
    refused = call_error(client, "2fa:enable")
    assert (refused["error"], refused["details"]["method"]) == ("totp-required", "password")
    digest = hashlib.sha256(PASSWORD.encode()).hexdigest()
    proof = {"twoFactorMethod": "password", "twoFactorCode": digest}
    secret = call(client, "2fa:enable", proof)["secret"]
    assert call_error(client, "2fa:validateTempToken", "000000")["error"] == "invalid-totp"
    codes = call(client, "2fa:validateTempToken", app_code(secret))["codes"]
    assert call(client, "2fa:checkCodesRemaining") == {"remaining": len(codes)}
    assert call(client, "2fa:regenerateCodes", "000000") is None
    renewed = call(client, "2fa:regenerateCodes", codes[0])["codes"]
    assert call(client, "2fa:disable", codes[1]) is False
    assert call(client, "2fa:disable", renewed[0]) is True
    assert not has_second_factor(ana)


@pytest.mark.parametrize("name", ["enable", "validateTempToken", "disable", "regenerateCodes", "checkCodesRemaining"])
def test_strangers_are_refused(name: str) -> None:
    params = [] if name in ("enable", "checkCodesRemaining") else ["000000"]
    assert call_error(None, f"2fa:{name}", *params)["error"] in (403, "error-invalid-user")
