"""users.totp.*, and signing in to the API with a second factor."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import PASSWORD, EmailAddressFactory, UserFactory
from tests.second_factors import SecondFactor, app_code, email_factor_of, mailed_code, second_factor_of
from workspace.errors import ApplicationError
from workspace.models import EmailCode, User
from workspace.selectors.accounts import has_second_factor, second_factors_of
from workspace.services.people.email_codes import MAX_MAILS, MAX_WRONG, email_codes_enable
from workspace.services.second_factor import code_accept

pytestmark = pytest.mark.django_db

REQUIRED = {
    "status": "error",
    "error": "totp-required",
    "details": {"method": "totp", "codeGenerated": False, "availableMethods": ["totp"]},
    "message": "TOTP Required",
}
INVALID = {
    "status": "error",
    "error": "totp-invalid",
    "details": {"method": "totp"},
    "message": "TOTP Invalid",
}


WITH_PASSWORD = {"x-2fa-code": hashlib.sha256(PASSWORD.encode()).hexdigest(), "x-2fa-method": "password"}


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def factor(ana: User) -> SecondFactor:
    return second_factor_of(ana)


def login(**fields: Any) -> Any:
    return ApiClient().post("login", **{"user": "ana", "password": PASSWORD, **fields})


def test_the_password_alone_is_answered_with_a_question_for_the_code(factor: SecondFactor) -> None:
    response = login()
    assert (response.status_code, response.json()) == (401, REQUIRED)


def test_a_wrong_code_is_refused(factor: SecondFactor) -> None:
    response = login(code="000000")
    assert (response.status_code, response.json()) == (401, INVALID)


def test_a_wrong_password_does_not_reveal_the_second_factor(factor: SecondFactor) -> None:
    response = login(password="wrong", code=factor.code(steps=1))
    assert response.json() == {"status": "error", "error": "Unauthorized", "message": "Unauthorized"}
    assert login(code=factor.code(steps=1)).status_code == 200


@pytest.mark.parametrize("form", ["code", "totp", "header"])
def test_the_code_is_accepted_in_each_form_that_clients_use(ana: User, factor: SecondFactor, form: str) -> None:
    client, code = ApiClient(), factor.code(steps=1)
    sent: dict[str, Any] = {"user": "ana", "password": PASSWORD}
    if form == "code":
        sent |= {"code": code}
    elif form == "totp":
        sent = {"totp": {"code": code, "login": {"user": {"username": "ana"}, "password": PASSWORD}}}
    else:
        client.headers = {"x-2fa-code": code, "x-2fa-method": "totp"}
    response = client.post("login", sent)
    assert response.json()["data"]["userId"] == ana.public_id


def test_a_code_is_accepted_once(factor: SecondFactor) -> None:
    code = factor.code(steps=1)
    assert login(code=code).status_code == 200
    assert login(code=code).json() == INVALID


def test_a_recovery_code_signs_in(factor: SecondFactor) -> None:
    assert login(code=factor.recovery_codes[0]).status_code == 200
    assert login(code=factor.recovery_codes[0]).json() == INVALID


def test_a_token_needs_no_code(ana: User, factor: SecondFactor) -> None:
    token = login(code=factor.code(steps=1)).json()["data"]["authToken"]
    assert ApiClient().post("login", resume=token).json()["data"]["userId"] == ana.public_id


@pytest.mark.parametrize(
    "totp", ["x", {}, {"code": "1"}, {"login": {}}, {"code": 1, "login": {}}, {"code": "1", "login": {}}]
)
def test_a_malformed_totp_parameter_is_rejected(totp: Any) -> None:
    assert failure(ApiClient().post("login", totp=totp)).endswith("[invalid-params]")


def test_wrong_codes_block_the_sign_in_like_wrong_passwords(factor: SecondFactor) -> None:
    for _time in range(9):
        # The question does not give further tries.
        assert login().json() == REQUIRED
        assert login(code="000000").json() == INVALID
    for code in ("000000", factor.code(steps=1)):
        response = login(code=code)
        assert (response.status_code, response.json()["error"]) == (401, "error-login-blocked-for-user")


@pytest.mark.usefixtures("digests_accepted")
def test_is_set_up_with_the_password_and_the_code_of_the_app(ana: User) -> None:
    client, other = ApiClient(ana), ApiClient(ana)
    refused = client.post("users.totp.enable")
    assert failure(refused) == "TOTP Required [totp-required]"
    assert refused.json()["details"] == {"method": "password", "codeGenerated": False, "availableMethods": []}
    client.headers |= WITH_PASSWORD | {"x-2fa-code": "0" * 64}
    assert failure(client.post("users.totp.enable")) == "TOTP Invalid [totp-invalid]"
    client.headers |= WITH_PASSWORD
    prepared = client.post("users.totp.enable").json()
    assert prepared["success"]
    assert prepared["url"].startswith("otpauth://totp/ana?secret=" + prepared["secret"])
    assert "issuer=Callboard" in prepared["url"]
    assert failure(client.post("users.totp.validate", code="000000")) == "[invalid-totp]"
    body = client.post("users.totp.validate", code=app_code(prepared["secret"])).json()
    assert len(body["codes"]) == 12
    assert client.get("users.totp.codesRemaining").json() == {"remaining": 12, "success": True}
    assert other.get("me").status_code == 401
    assert failure(client.post("users.totp.enable")) == "[error-2fa-already-enabled]"


def test_is_removed_with_a_code(ana: User, factor: SecondFactor) -> None:
    client = ApiClient(ana)
    assert client.post("users.totp.disable", code="000000").json() == {"disabled": False, "success": True}
    assert client.post("users.totp.disable", code=factor.code(steps=1)).json() == {"disabled": True, "success": True}
    assert not has_second_factor(ana)
    assert login().status_code == 200


def test_recovery_codes_are_replaced_with_a_code(ana: User, factor: SecondFactor) -> None:
    client = ApiClient(ana)
    assert client.post("users.totp.regenerateCodes", code="000000").json() == {"success": True}
    codes = client.post("users.totp.regenerateCodes", code=factor.code(steps=1)).json()["codes"]
    assert len(codes) == 12
    assert not set(codes) & set(factor.recovery_codes)


def test_without_a_second_factor_there_are_no_recovery_codes(ana: User) -> None:
    client = ApiClient(ana)
    assert failure(client.get("users.totp.codesRemaining")) == "[invalid-totp]"
    assert failure(client.post("users.totp.regenerateCodes", code="000000")) == "[invalid-totp]"
    assert failure(client.post("users.totp.validate", code="000000")) == "[invalid-totp]"
    assert client.post("users.totp.disable", code="000000").json() == {"disabled": False, "success": True}


@pytest.mark.parametrize("name", ["enable", "validate", "disable", "regenerateCodes"])
def test_strangers_are_refused(name: str) -> None:
    response = ApiClient().post(f"users.totp.{name}", code="000000")
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
    assert ApiClient().get("users.totp.codesRemaining").status_code == 401


@pytest.mark.parametrize("name", ["validate", "disable", "regenerateCodes"])
def test_the_code_is_required(ana: User, name: str) -> None:
    assert failure(ApiClient(ana).post(f"users.totp.{name}")) == ("must have required property 'code' [invalid-params]")


class TestCodesByMail:
    @pytest.fixture
    def _by_mail(self, ana: User) -> None:
        email_factor_of(ana)

    @pytest.mark.usefixtures("digests_accepted")
    def test_are_required_after_the_password_confirmed_it(self, ana: User) -> None:
        EmailAddressFactory(user=ana, address="ana@example.org", verified=True)
        client = ApiClient(ana)
        assert failure(client.post("users.2fa.enableEmail")) == "TOTP Required [totp-required]"
        client.headers |= WITH_PASSWORD
        assert client.post("users.2fa.enableEmail").json() == {"success": True}
        asked = login().json()
        expiries = asked["details"].pop("codeExpires")
        assert (asked["error"], asked["details"]) == (
            "totp-required",
            {
                "method": "email",
                "codeGenerated": True,
                "emailOrUsername": "ana",
                "codeCount": 1,
                "availableMethods": ["email"],
            },
        )
        assert len(expiries) == 1
        code = mailed_code()
        assert mail.outbox[-1].to == ["ana@example.org"]
        assert login(code="000000" if code != "000000" else "1").json()["details"] == {"method": "email"}
        assert login(code=code).status_code == 200
        assert login(code=code).json()["error"] == "totp-invalid"

    def test_need_a_verified_address(self, ana: User) -> None:
        EmailAddressFactory(user=ana, verified=False)
        with pytest.raises(ApplicationError, match="verify your emails"):
            email_codes_enable(user=ana)

    @pytest.mark.usefixtures("_by_mail")
    def test_no_second_mail_is_sent_while_a_code_is_valid(self, ana: User) -> None:
        assert login().json()["details"]["codeGenerated"] is True
        mailed_code()
        assert login().json()["details"]["codeGenerated"] is False
        mailed_code()
        assert len(mail.outbox) == 1
        with time_machine.travel(timezone.now() + timedelta(minutes=11)):
            assert login().json()["details"]["codeGenerated"] is True

    @pytest.mark.usefixtures("_by_mail")
    def test_expire(self) -> None:
        login()
        code = mailed_code()
        with time_machine.travel(timezone.now() + timedelta(minutes=16)):
            assert login(code=code).json()["error"] == "totp-invalid"

    @pytest.mark.usefixtures("_by_mail")
    def test_cannot_be_guessed(self, ana: User) -> None:
        login()
        code = mailed_code()
        for _time in range(MAX_WRONG):
            assert not code_accept(user=ana, code="x")
        assert not code_accept(user=ana, code=code)

    @pytest.mark.usefixtures("_by_mail")
    def test_anyone_can_have_a_few_more_sent(self, ana: User) -> None:
        login()
        first = mailed_code()
        for _time in range(MAX_MAILS):
            assert ApiClient().post("users.2fa.sendEmailCode", emailOrUsername="ana").json() == {"success": True}
        mailed_code()
        assert len(mail.outbox) == MAX_MAILS
        # Requests of strangers do not make the earlier codes invalid.
        assert login(code=first).status_code == 200

    def test_are_sent_to_nobody_else(self, ana: User) -> None:
        EmailAddressFactory(user=ana, verified=True)
        for name in ("ana", "nobody"):
            assert ApiClient().post("users.2fa.sendEmailCode", emailOrUsername=name).json() == {"success": True}
        assert not EmailCode.objects.exists()
        missing = ApiClient().post("users.2fa.sendEmailCode")
        assert failure(missing) == "emailOrUsername is required [error-parameter-required]"

    @pytest.mark.usefixtures("_by_mail")
    def test_only_a_keyed_digest_is_stored(self) -> None:
        login()
        code = mailed_code()
        digest = EmailCode.objects.get().digest
        assert digest not in {hashlib.sha256(text.encode()).hexdigest() for text in (code, f"1:{code}")}
        assert code not in digest

    @pytest.mark.usefixtures("_by_mail", "digests_accepted")
    def test_are_removed_with_a_code(self, ana: User) -> None:
        client = ApiClient(ana)
        client.headers |= WITH_PASSWORD
        asked = client.post("users.2fa.disableEmail")
        assert (failure(asked), asked.json()["details"]["method"]) == ("TOTP Required [totp-required]", "email")
        client.headers |= {"x-2fa-code": mailed_code(), "x-2fa-method": "email"}
        assert client.post("users.2fa.disableEmail").json() == {"success": True}
        assert not has_second_factor(ana)

    @pytest.mark.usefixtures("_by_mail")
    def test_either_code_is_accepted_beside_an_app(self, ana: User, factor: SecondFactor) -> None:
        assert login().json()["details"]["availableMethods"] == ["totp", "email"]
        ApiClient().post("users.2fa.sendEmailCode", emailOrUsername="ANA")
        assert login(code=mailed_code()).status_code == 200
        assert login(code=factor.code(steps=1)).status_code == 200
        # The app is removed only with a code of its own.
        ApiClient().post("users.2fa.sendEmailCode", emailOrUsername="ana")
        assert ApiClient(ana).post("users.totp.disable", code=mailed_code()).json()["disabled"] is False
        assert ApiClient(ana).post("users.totp.disable", code=factor.recovery_codes[0]).json()["disabled"] is True
        assert second_factors_of(ana) == ["email"]

    @pytest.mark.parametrize("name", ["enableEmail", "disableEmail"])
    def test_strangers_are_refused(self, name: str) -> None:
        assert ApiClient().post(f"users.2fa.{name}").status_code == 401
