"""E-mails about sign-ins: which sign-ins bring one, what it says, and what does not hold a sign-in up."""

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
from preferences.sign_ins import SignInFacts, address_of, program_of
from tests.factories import PASSWORD, EmailAddressFactory, UserFactory
from workspace.models import User

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
    """Return the e-mails that were sent by now."""
    alerts_send()
    return mail.outbox


@pytest.mark.usefixtures("ana")
class TestWhichSignIns:
    def test_not_the_first_of_a_new_account_and_not_one_like_it(self) -> None:
        by_page()
        by_page(agent=CHROME.format(121))
        by_page(address=NEXT_DOOR)
        assert emails() == []

    def test_one_from_another_browser_once(self) -> None:
        by_page()
        by_page(agent=FIREFOX)
        by_page(agent=FIREFOX)
        assert len(emails()) == 1

    def test_one_from_another_place_once(self) -> None:
        by_page()
        by_page(address=ABROAD)
        by_page(address=ABROAD)
        assert len(emails()) == 1

    def test_by_the_api_and_by_the_administration(self) -> None:
        by_page()
        by_api()
        User.objects.update(is_staff=True)
        by_page(agent=FIREFOX, path="/admin/login/")
        assert len(emails()) == 2

    def test_not_a_wrong_password(self) -> None:
        by_page()
        Client(headers={"User-Agent": FIREFOX}).post("/sign-in/", {"username": "ana", "password": "wrong"})
        assert emails() == []

    def test_what_was_not_used_for_long_is_new_again(self, clock: time_machine.Coordinates) -> None:
        by_page()
        clock.shift(timedelta(days=91))
        by_page()
        assert len(emails()) == 1
        clock.shift(timedelta(days=91))
        assert traits_prune() == 2
        by_page()
        assert len(emails()) == 2

    def test_what_is_used_now_and_then_stays_known(self, clock: time_machine.Coordinates) -> None:
        for _time in range(4):
            by_page()
            clock.shift(timedelta(days=60))
        assert emails() == []


class TestWhoIsTold:
    def test_nobody_who_turned_it_off(self, ana: User) -> None:
        account_preferences_save(user=ana, login_detection_email=False)
        by_page()
        by_page(agent=FIREFOX)
        assert emails() == []

    def test_nobody_by_a_default_turned_off_but_those_who_want_it(self, ana: User) -> None:
        settings = AccountsSettings.stored()
        settings.login_detection_email = False
        settings.save()
        by_page()
        by_page(agent=FIREFOX)
        assert emails() == []
        account_preferences_save(user=ana, login_detection_email=True)
        by_page(address=ABROAD)
        assert len(emails()) == 1

    def test_nobody_without_a_verified_address(self, ana: User) -> None:
        ana.emails.update(verified=False)
        by_page()
        by_page(agent=FIREFOX)
        assert emails() == []
        assert not SignInAlert.objects.exists()


class TestWhatItSays:
    def test_what_when_where_and_how_to_react_on_the_users_clock(self, ana: User) -> None:
        ana.language = "en"
        ana.save()
        by_page()
        by_page(agent=FIREFOX, address=ABROAD)
        (message,) = emails()
        assert message.to == ["ana@example.org"]
        assert "New sign-in to your account on Callboard" in message.subject
        html = message.alternatives[0][0]
        for told in ("Firefox on Linux", ABROAD, "10:30", "(Europe/Berlin)", "/account/password/", "not you"):
            assert told in message.body
            assert told in html

    def test_in_one_language_that_pages_speak(self, ana: User) -> None:
        for language, opened, told in (
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
            assert told in html

    def test_what_is_kept_tells_neither_browser_nor_place(self, ana: User) -> None:
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
    def test_places_are_networks(self, address: str | None, network: str) -> None:
        assert SignInFacts("", address_of(address)).network == network


class TestWhenSomethingFails:
    @pytest.mark.usefixtures("ana")
    def test_a_sign_in_goes_on(self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
        def broken(**_kwargs: object) -> None:
            raise RuntimeError

        monkeypatch.setattr(receivers, "sign_in_note", broken)
        by_page()
        by_api()
        assert "could not be remembered" in caplog.text

    @pytest.mark.usefixtures("ana")
    def test_an_email_is_tried_again_and_given_up_after_a_day(
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
