"""Resetting a forgotten password."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from tests.factories import PASSWORD, EmailAddressFactory, UserFactory
from tests.mails import mails_send_at_once
from workspace.models import User
from workspace.services.sign_in import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/password/"
NEW = "a wholly new one 7"


@pytest.fixture
def ana() -> User:
    user = UserFactory(username="ana", name="Ana Silva")
    EmailAddressFactory(user=user, address="ana@example.org")
    return user


@pytest.fixture(autouse=True)
def _worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run queued tasks at once."""
    mails_send_at_once(monkeypatch)


def link_of(index: int = -1) -> str:
    found = re.search(r"https?://[^/]+(/password/\S+)", str(mail.outbox[index].body))
    assert found
    return found[1]


def choose(client: Client, address: str, password: str = NEW) -> str:
    page = client.get(address, follow=True)
    where = page.redirect_chain[-1][0] if page.redirect_chain else address
    sent = {"new_password1": password, "new_password2": password}
    return client.post(where, sent, follow=True).content.decode()


def test_the_sign_in_page_links_to_the_reset(client: Client) -> None:
    assert f'href="{PAGE}"' in client.get("/sign-in/").content.decode()


def test_the_link_in_the_e_mail_allows_choosing_a_new_password(client: Client, ana: User) -> None:
    sign_in(user=ana)
    client.post(PAGE, {"address": "Ana@Example.org"})
    (message,) = mail.outbox
    assert message.to == ["ana@example.org"]
    assert "Choose a new password" in message.subject
    assert "Your password was changed. Sign in with the new one." in choose(client, link_of())
    ana.refresh_from_db()
    assert ana.check_password(NEW)
    assert not AuthToken.objects.filter(user=ana).exists()
    assert "This link no longer works" in choose(client, link_of(), "yet another one 8")
    ana.refresh_from_db()
    assert ana.check_password(NEW)


def test_the_response_is_the_same_with_and_without_an_account(client: Client, ana: User) -> None:
    EmailAddressFactory(user=ana, address="other@example.org", verified=False)
    result = {
        re.sub(r"(ana|other|nobody)@example.org|csrf\S+|name=.csrfmiddlewaretoken.\S* value=\S+", "", html)
        for address in ("ana", "other", "nobody")
        if (html := client.post(PAGE, {"address": f"{address}@example.org"}).content.decode().partition("<main")[2])
    }
    assert len(result) == 1
    assert [message.to for message in mail.outbox] == [["ana@example.org"]]


@pytest.mark.parametrize("state", [{"is_active": False}, {"password": "!unusable"}])
def test_accounts_that_cannot_sign_in_receive_no_link(client: Client, ana: User, state: dict[str, object]) -> None:
    User.objects.filter(pk=ana.pk).update(**state)
    client.post(PAGE, {"address": "ana@example.org"})
    assert mail.outbox == []


def test_a_link_expires_after_four_hours(client: Client, ana: User) -> None:
    client.post(PAGE, {"address": "ana@example.org"})
    with time_machine.travel(timezone.now() + timedelta(hours=4, minutes=1)):
        assert "This link no longer works" in client.get(link_of(), follow=True).content.decode()


def test_a_weak_password_is_refused(client: Client, ana: User) -> None:
    client.post(PAGE, {"address": "ana@example.org"})
    assert "too short" in choose(client, link_of(), "short")
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


@pytest.mark.thorough
@pytest.mark.any_database
def test_reset_links_are_limited_per_address_and_per_caller(client: Client, ana: User) -> None:
    for _time in range(6):
        assert client.post(PAGE, {"address": "ana@example.org"}).status_code == 200
    assert len(mail.outbox) == 3
    answers = [client.post(PAGE, {"address": f"a{index}@example.org"}).status_code for index in range(20)]
    assert answers.count(429) == 6


def test_an_invalid_address_is_rejected_with_a_message(client: Client) -> None:
    assert "Enter a valid email address." in client.post(PAGE, {"address": "ana"}).content.decode()


def test_djangos_password_page_redirects_here(client: Client) -> None:
    assert client.post("/admin/password_change/", {"new_password1": NEW})["Location"] == "/account/password/"
