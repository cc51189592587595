"""E-mails about sign-ins: when they are sent, what they contain, and how failures are handled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from preferences import receivers
from preferences.models import AccountsSettings, SignInAlert, SignInTrait
from preferences.services import sign_ins
from preferences.services.accounts import account_preferences_save
from preferences.services.sign_ins import alerts_send, traits_prune
from preferences.sign_ins import SignInFacts
from tests.factories import PASSWORD, EmailAddressFactory, UserFactory
from workspace.models import User
from workspace.security.client_traits import address_of, program_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
APP = "RC Mobile; ios 17.2; v4.72.0 (1234)"
HOME, NEXT_DOOR, ABROAD = "203.0.113.7", "203.0.113.99", "198.51.100.1"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana() -> User:
    user = UserFactory(username="ana", language="de", time_zone="Europe/Berlin")
    EmailAddressFactory(user=user, address="ana@example.org")
    return user


def by_page(address: str = HOME, agent: str = CHROME.format(120), path: str = "/sign-in/") -> None:
    response = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address).post(
        path, {"username": "ana", "password": PASSWORD}
    )
    assert response.status_code == 302


def by_api(address: str = HOME, agent: str = APP) -> None:
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    body = {"user": "ana", "password": PASSWORD}
    assert client.post("/api/v1/login", body, content_type="application/json").status_code == 200


def emails() -> list[Any]:
    """Return the e-mails sent so far."""
    alerts_send()
    return mail.outbox


@pytest.mark.usefixtures("ana")
class TestWhichSignIns:
    def test_not_for_the_first_of_a_new_account_or_a_similar_one(self) -> None:
        by_page()
        by_page(agent=CHROME.format(121))
        by_page(address=NEXT_DOOR)
        assert emails() == []

    def test_once_for_another_browser(self) -> None:
        by_page()
        by_page(agent=FIREFOX)
        by_page(agent=FIREFOX)
        assert len(emails()) == 1

    def test_once_for_another_network(self) -> None:
        by_page()
        by_page(address=ABROAD)
        by_page(address=ABROAD)
        assert len(emails()) == 1

    def test_for_sign_ins_by_api_and_administration(self) -> None:
        by_page()
        by_api()
        User.objects.update(is_staff=True)
        by_page(agent=FIREFOX, path="/admin/login/")
        assert len(emails()) == 2

    def test_not_for_a_wrong_password(self) -> None:
        by_page()
        Client(headers={"User-Agent": FIREFOX}).post("/sign-in/", {"username": "ana", "password": "wrong"})
        assert emails() == []

    def test_again_for_a_browser_that_was_not_used_for_long(self, clock: time_machine.Coordinates) -> None:
        by_page()
        clock.shift(timedelta(days=91))
        by_page()
        assert len(emails()) == 1
        clock.shift(timedelta(days=91))
        assert traits_prune() == 2
        by_page()
        assert len(emails()) == 2

    def test_not_for_a_browser_that_is_used_occasionally(self, clock: time_machine.Coordinates) -> None:
        for _time in range(4):
            by_page()
            clock.shift(timedelta(days=60))
        assert emails() == []


class TestWhoIsTold:
    def test_not_to_a_user_who_turned_it_off(self, ana: User) -> None:
        account_preferences_save(user=ana, login_detection_email=False)
        by_page()
        by_page(agent=FIREFOX)
        assert emails() == []

    def test_only_to_users_who_turned_it_on_if_the_default_is_off(self, ana: User) -> None:
        settings = AccountsSettings.stored()
        settings.login_detection_email = False
        settings.save()
        by_page()
        by_page(agent=FIREFOX)
        assert emails() == []
        account_preferences_save(user=ana, login_detection_email=True)
        by_page(address=ABROAD)
        assert len(emails()) == 1

    def test_not_to_a_user_without_a_verified_address(self, ana: User) -> None:
        ana.emails.update(verified=False)
        by_page()
        by_page(agent=FIREFOX)
        assert emails() == []
        assert not SignInAlert.objects.exists()


class TestWhatItSays:
    def test_it_contains_program_time_address_and_advice_in_the_users_time_zone(self, ana: User) -> None:
        ana.language = "en"
        ana.save()
        by_page()
        by_page(agent=FIREFOX, address=ABROAD)
        (message,) = emails()
        assert message.to == ["ana@example.org"]
        assert "New sign-in to your account on Callboard" in message.subject
        html = message.alternatives[0][0]
        for text in ("Firefox on Linux", ABROAD, "10:30", "(Europe/Berlin)", "/account/password/", "not you"):
            assert text in message.body
            assert text in html

    def test_it_is_in_one_of_the_page_languages(self, ana: User) -> None:
        for language, opened, text in (
            ("de", '<html lang="de">', "02.03.2026"),
            ("fr", '<html lang="en">', "2026-03-02"),
        ):
            ana.language = language
            ana.save()
            SignInTrait.objects.all().delete()
            by_page()
            by_page(agent=FIREFOX)
            html = emails()[-1].alternatives[0][0]
            assert opened in html
            assert text in html

    def test_stored_digests_reveal_neither_browser_nor_network(self, ana: User) -> None:
        by_page()
        by_page(agent=FIREFOX)
        alerts_send()
        assert not SignInAlert.objects.exists()
        kept = str(list(SignInTrait.objects.values()))
        assert "Firefox" not in kept
        assert "203.0" not in kept

    @pytest.mark.parametrize(
        ("agent", "program"),
        [
            (CHROME.format(120), "Chrome on Linux"),
            (FIREFOX, "Firefox on Linux"),
            (APP, "Rocket.Chat app on iOS"),
            ("python-requests/2.32.3", "Python Requests"),
            ("Frobnicator/9.1 (secret)", "Frobnicator"),
            ("", ""),
        ],
    )
    def test_programs_are_named_without_versions(self, agent: str, program: str) -> None:
        assert program_of(agent) == program

    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("203.0.113.7", "203.0.0.0/16"),
            ("::ffff:203.0.113.7", "203.0.0.0/16"),
            ("2001:db8:1:2::3", "2001:db8::/32"),
            ("unix:", ""),
            (None, ""),
        ],
    )
    def test_addresses_are_compared_by_network(self, address: str | None, network: str) -> None:
        assert SignInFacts("", address_of(address)).network == network


class TestWhenSomethingFails:
    @pytest.mark.usefixtures("ana")
    def test_a_sign_in_succeeds(self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
        def broken(**_kwargs: object) -> None:
            raise RuntimeError

        monkeypatch.setattr(receivers, "sign_in_record", broken)
        by_page()
        by_api()
        assert "alert.sign_in_not_recorded" in caplog.text

    @pytest.mark.usefixtures("ana")
    def test_an_email_is_retried_for_a_day(
        self, monkeypatch: pytest.MonkeyPatch, clock: time_machine.Coordinates
    ) -> None:
        def refused(_alert: object) -> None:
            raise OSError

        by_page()
        by_page(agent=FIREFOX)
        with monkeypatch.context() as broken:
            broken.setattr(sign_ins, "alert_email", refused)
            assert alerts_send() == 0
            assert alerts_send() == 0
        clock.shift(timedelta(minutes=1))
        assert len(emails()) == 1
        by_page(address=ABROAD)
        monkeypatch.setattr(sign_ins, "alert_email", refused)
        for _hour in range(26):
            clock.shift(timedelta(hours=1))
            alerts_send()
        assert not SignInAlert.objects.exists()
