"""My Account > Security: the second factors of one's own account."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.factories import PASSWORD, EmailAddressFactory, UserFactory
from tests.second_factors import app_code, email_factor_of, mailed_code, second_factor_of
from workspace.models import PendingSecondFactor, SignInSettings, User
from workspace.selectors.accounts import has_email_codes, has_totp, recovery_codes_remaining

pytestmark = pytest.mark.django_db
BACKEND = "workspace.authentication.NameOrEmailBackend"


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def browser(client: Client, ana: User) -> Client:
    client.force_login(ana, backend=BACKEND)
    return client


def html_of(client: Client, path: str = "/account/security/") -> str:
    return client.get(path).content.decode()


def secret_on(html: str) -> str:
    (code,) = re.findall(r'<code class="page-secret">(.*?)</code>', html)
    return re.sub(r"<.*?>|\s", "", code)


def test_an_app_is_set_up_and_its_recovery_codes_are_shown_once(browser: Client, ana: User) -> None:
    assert browser.post("/account/security/app/new/")["Location"] == "/account/security/app/"
    page = html_of(browser, "/account/security/app/")
    secret = secret_on(page)
    assert secret == PendingSecondFactor.objects.get().secret
    (picture,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert b"<svg" in base64.b64decode(picture)
    wrong = browser.post("/account/security/app/", {"code": "000000"}).content.decode()
    assert "This code is wrong" in wrong
    assert secret_on(wrong) == secret
    done = browser.post("/account/security/app/", {"code": app_code(secret)}).content.decode()
    codes = re.findall(r"<li><code>(\w+)</code></li>", done)
    assert len(codes) == 12
    (file,) = re.findall(r'href="data:text/plain;charset=utf-8;base64,([^"]+)"', done)
    assert set(codes) <= set(base64.b64decode(file).decode().split())
    assert has_totp(ana)
    later = html_of(browser)
    assert "12 unused" in later
    assert not any(code in later for code in codes)
    assert browser.get("/account/security/app/").status_code == 302


def test_new_recovery_codes_replace_the_earlier_ones(browser: Client, ana: User) -> None:
    before = second_factor_of(ana).recovery_codes
    assert "will no longer be accepted" in html_of(browser, "/account/security/recovery-codes/")
    after = browser.post("/account/security/recovery-codes/").content.decode()
    assert not any(code in after for code in before)
    assert recovery_codes_remaining(ana) == 12


def test_the_app_is_removed_after_a_question(browser: Client, ana: User) -> None:
    second_factor_of(ana)
    browser.get("/account/security/app/remove/")
    assert has_totp(ana)
    assert browser.post("/account/security/app/remove/")["Location"] == "/account/security/"
    assert not has_totp(ana)


def test_codes_by_mail_are_turned_on_and_off(browser: Client, ana: User) -> None:
    assert "no verified e-mail address" in html_of(browser)
    browser.post("/account/security/email/", {"on": "1"})
    assert not has_email_codes(ana)
    EmailAddressFactory(user=ana, address="ana@example.org", verified=True)
    browser.post("/account/security/email/", {"on": "1"})
    assert has_email_codes(ana)
    assert "ana@example.org" in html_of(browser)
    browser.post("/account/security/email/")
    assert not has_email_codes(ana)


CHANGES = [
    ("post", "/account/security/app/new/"),
    ("get", "/account/security/app/"),
    ("post", "/account/security/app/"),
    ("post", "/account/security/app/remove/"),
    ("post", "/account/security/recovery-codes/"),
    ("post", "/account/security/email/"),
    ("post", "/account/security/passkeys/"),
    ("post", "/account/security/passkeys/options/"),
    ("post", "/account/security/passkeys/1/"),
    ("post", "/account/security/passkeys/1/remove/"),
]


def test_changes_need_a_recent_proof(browser: Client, ana: User) -> None:
    second_factor_of(ana)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        answers = {path: getattr(browser, method)(path) for method, path in CHANGES}
        assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 302} == {}
        assert all("/account/security/confirm/?next=" in answer["Location"] for answer in answers.values())
        script = browser.post("/account/security/passkeys/options/", headers={"Accept": "application/json"})
        assert (script.status_code, list(script.json())) == (403, ["confirm"])
        assert has_totp(ana)


def test_the_password_confirms_and_guesses_are_limited(browser: Client, ana: User) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        target = browser.post("/account/security/app/new/")["Location"]
        assert "Current password" in html_of(browser, target)
        wrong = browser.post("/account/security/confirm/", {"proof": "wrong"})
        assert "This is not your password" in wrong.content.decode()
        right = browser.post("/account/security/confirm/", {"proof": PASSWORD, "next": "https://evil.example/"})
        assert right["Location"] == "/"
        assert browser.post("/account/security/app/new/")["Location"] == "/account/security/app/"
        for _time in range(9):
            answer = browser.post("/account/security/confirm/", {"proof": "wrong"})
        assert "Too many attempts" in answer.content.decode()
        answer = browser.post("/account/security/confirm/", {"proof": PASSWORD})
        assert "Too many attempts" in answer.content.decode()


def test_an_account_with_a_second_factor_confirms_with_a_code_only(browser: Client, ana: User) -> None:
    factor = second_factor_of(ana)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        answer = browser.post("/account/security/confirm/", {"proof": PASSWORD})
        assert "This code is wrong" in answer.content.decode()
        answer = browser.post("/account/security/confirm/", {"proof": factor.recovery_codes[0]})
        assert answer["Location"] == "/account/security/"


def test_a_code_by_mail_confirms(browser: Client, ana: User) -> None:
    email_factor_of(ana)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        browser.post("/account/security/confirm/", {"send": "1"})
        assert browser.post("/account/security/confirm/", {"proof": mailed_code()}).status_code == 302
        browser.post("/account/security/email/")
        assert not has_email_codes(ana)


def test_an_account_without_a_password_is_asked_to_sign_in_again(browser: Client, ana: User) -> None:
    ana.set_unusable_password()
    ana.save()
    browser.force_login(ana, backend=BACKEND)
    assert "has no password" in html_of(browser, "/account/security/confirm/")
    assert browser.post("/account/security/confirm/", {"proof": ""}).status_code == 200


def test_the_workspace_may_not_offer_second_factors(browser: Client, ana: User) -> None:
    second_factor_of(ana)
    SignInSettings(second_factors=False, passkeys=False).save()
    assert "does not use second factors" in html_of(browser)
    browser.post("/account/security/email/", {"on": "1"})
    assert not has_email_codes(ana)
    stranger = Client()
    # No code is asked for.
    assert stranger.post("/sign-in/", {"username": "ana", "password": PASSWORD}).status_code == 302
