"""users.register, users.forgotPassword, users.sendConfirmationEmail and pw.getPolicy"""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail

from tests.api_client import ApiClient, failure
from tests.factories import EmailAddressFactory, UserFactory
from tests.mails import mails_send_at_once
from workspace.models import SignInSettings, User

pytestmark = pytest.mark.django_db

ADA = {"username": "ada", "name": "Ada L.", "email": "ada@example.org", "pass": "a-quite-new-passphrase"}


@pytest.fixture
def _worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run queued tasks at once."""
    mails_send_at_once(monkeypatch)


@pytest.fixture
def public() -> None:
    SignInSettings(registration_form="Public").save()


@pytest.mark.usefixtures("public", "_worker")
@pytest.mark.django_db(transaction=True)
def test_anyone_registers_and_signs_in() -> None:
    user = ApiClient().post("users.register", ADA).json()["user"]
    assert (user["username"], user["name"], user["roles"]) == ("ada", "Ada L.", ["user"])
    assert user["emails"] == [{"address": "ada@example.org", "verified": False}]
    assert [message.to for message in mail.outbox] == [["ada@example.org"]]
    assert ApiClient().post("login", user="ada", password=ADA["pass"]).status_code == 200


def test_nobody_registers_unless_the_workspace_allows_it() -> None:
    answer = ApiClient().post("users.register", ADA)
    assert failure(answer) == "User registration is disabled [error-user-registration-disabled]"
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["secret", "secretURL"])
def test_a_secret_may_be_required(name: str) -> None:
    SignInSettings(registration_form="Secret URL", registration_secret="open-sesame").save()
    for fields in ({}, {name: "guess"}):
        answer = ApiClient().post("users.register", {**ADA, **fields})
        assert failure(answer).endswith("[error-user-registration-secret]")
    assert ApiClient().post("users.register", {**ADA, name: "open-sesame"}).status_code == 200


def test_new_users_may_have_to_be_activated() -> None:
    SignInSettings(registration_form="Public", manually_approve=True).save()
    assert ApiClient().post("users.register", ADA).json()["user"]["active"] is False
    answer = ApiClient().post("login", user="ada", password=ADA["pass"])
    assert answer.json()["error"] == "error-user-is-not-activated"


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"username": "BOB"}, "Username is already in use"),
        ({"username": "all"}, "all is blocked and can't be used! [error-blocked-username]"),
        ({"username": "a b"}, "a b is blocked and can't be used! [error-blocked-username]"),
        ({"email": "bob@example.org"}, "Email already exists. [403]"),
        ({"email": "nowhere"}, "Enter a valid email address. [error-invalid-email]"),
        ({"pass": "password"}, "This password is too common. [error-password-policy-not-met]"),
        ({"pass": None}, "must be string [invalid-params]"),
    ],
)
def test_invalid_accounts_are_refused(fields: dict[str, Any], error: str) -> None:
    EmailAddressFactory(user=UserFactory(username="bob"), address="bob@example.org")
    assert failure(ApiClient().post("users.register", {**ADA, **fields})) == error
    assert User.objects.count() == 1


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize("name", ["username", "email", "pass"])
def test_names_what_is_missing(name: str) -> None:
    answer = ApiClient().post("users.register", {key: value for key, value in ADA.items() if key != name})
    assert failure(answer) == f"must have required property '{name}' [invalid-params]"


@pytest.mark.usefixtures("public")
def test_signed_in_users_do_not_register() -> None:
    answer = ApiClient(UserFactory()).post("users.register", ADA)
    assert failure(answer) == "Logged in users can not register again."


@pytest.mark.usefixtures("public")
def test_one_account_per_minute_is_created(settings: Any) -> None:
    settings.API_RATE_LIMITING = True
    assert ApiClient().post("users.register", ADA).status_code == 200
    assert ApiClient().post("users.register", {**ADA, "username": "ada2"}).status_code == 429


@pytest.mark.usefixtures("_worker")
@pytest.mark.django_db(transaction=True)
def test_a_forgotten_password_is_reset_by_e_mail() -> None:
    EmailAddressFactory(address="ada@example.org")
    for address in ("Ada@example.org", "nobody@example.org"):
        assert ApiClient().post("users.forgotPassword", email=address).json() == {"success": True}
    assert [message.to for message in mail.outbox] == [["ada@example.org"]]


def test_links_are_limited_and_can_be_turned_off() -> None:
    for _time in range(20):
        assert ApiClient().post("users.forgotPassword", email="ada@example.org").status_code == 200
    assert ApiClient().post("users.forgotPassword", email="ada@example.org").status_code == 429
    SignInSettings(password_reset=False).save()
    assert failure(ApiClient().post("users.forgotPassword", email="x")) == "Not allowed [error-not-allowed]"
    assert failure(ApiClient().post("users.forgotPassword")) == "The 'email' param is required"


@pytest.mark.usefixtures("_worker")
@pytest.mark.django_db(transaction=True)
def test_a_verification_link_is_sent_again() -> None:
    EmailAddressFactory(address="ada@example.org", verified=False)
    EmailAddressFactory(address="bob@example.org", verified=True)
    EmailAddressFactory(address="eve@example.org", verified=False, user=UserFactory(is_active=False))
    for name in ("Ada", "bob", "eve", "nobody"):
        answer = ApiClient().post("users.sendConfirmationEmail", email=f"{name}@example.org")
        assert answer.json() == {"success": True}
    assert [message.to for message in mail.outbox] == [["ada@example.org"]]


def test_verification_links_are_limited() -> None:
    for _time in range(20):
        assert ApiClient().post("users.sendConfirmationEmail", email="ada@example.org").status_code == 200
    assert ApiClient().post("users.sendConfirmationEmail", email="ada@example.org").status_code == 429


def test_anyone_reads_the_rules_for_passwords() -> None:
    assert ApiClient().get("pw.getPolicy").json() == {"success": True, "enabled": False, "policy": []}
    SignInSettings(
        policy=True,
        policy_min_length=9,
        policy_max_length=0,
        policy_no_repeating=False,
        policy_lowercase=True,
        policy_uppercase=False,
        policy_number=False,
        policy_special=False,
    ).save()
    answer = ApiClient().get("pw.getPolicy").json()
    assert answer["policy"] == [
        ["get-password-policy-minLength", {"minLength": 9}],
        ["get-password-policy-mustContainAtLeastOneLowercase"],
    ]
