"""The e-mail addresses of an account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from tests.factories import EmailAddressFactory, UserFactory
from tests.mails import mails_send_at_once
from workspace.models import EmailAddress, MailKind, User
from workspace.services.people.requested_mails import mail_request

pytestmark = pytest.mark.django_db(transaction=True)

ADD = "/account/addresses/"


@pytest.fixture
def ana(client: Client) -> User:
    user = UserFactory(username="ana", name="Ana Silva")
    client.force_login(user, backend="workspace.authentication.NameOrEmailBackend")
    return user


@pytest.fixture(autouse=True)
def _worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run queued tasks at once."""
    mails_send_at_once(monkeypatch)


def link() -> str:
    found = re.search(r"https?://[^/]+(/address/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_an_address_is_verified_by_the_link_that_it_receives(client: Client, ana: User) -> None:
    html = client.post(ADD, {"address": "ana@example.org"}, follow=True).content.decode()
    assert "We have sent an e-mail to ana@example.org." in html
    assert "Not verified" in html
    assert mail.outbox[0].to == ["ana@example.org"]
    elsewhere = Client()
    assert "Send the e-mails of @ana" in elsewhere.get(link()).content.decode()
    assert not EmailAddress.objects.get().verified
    assert "will be sent to ana@example.org from now on" in elsewhere.post(link()).content.decode()
    assert EmailAddress.objects.get().verified
    assert "Not verified" not in client.get("/account/").content.decode()


@pytest.mark.parametrize(
    ("address", "result"), [("ana", "Enter a valid email address."), ("bob@example.org", "belongs to another account")]
)
def test_an_invalid_address_is_reported(client: Client, ana: User, address: str, result: str) -> None:
    EmailAddressFactory(address="bob@example.org")
    html = client.post(ADD, {"address": address}).content.decode()
    field, problem = html.split('id="address"')[1].split('id="address-problem"')
    assert result in problem
    assert f'value="{address}"' in field
    assert '<form class="page-panel" method="post" action="/account/"' in html
    assert not ana.emails.exists()


def test_an_account_has_a_few_addresses(client: Client, ana: User) -> None:
    for index in range(6):
        html = client.post(ADD, {"address": f"ana{index}@example.org"}, follow=True).content.decode()
    assert "at most 5 addresses" in html
    assert ana.emails.count() == 5


def test_an_address_belongs_to_the_account_that_verifies_it(client: Client, ana: User) -> None:
    bob = EmailAddressFactory(address="Ana@Example.org", verified=False).user
    EmailAddressFactory(user=bob, address="bob@example.org", verified=False)
    client.post(ADD, {"address": "ana@example.org"})
    assert EmailAddress.objects.filter(address__iexact="ana@example.org").count() == 2
    client.post(link())
    assert [email.address for email in bob.emails.all()] == ["bob@example.org"]
    assert ana.emails.get().verified


def test_the_first_of_two_verification_links_wins(client: Client, ana: User) -> None:
    bob = EmailAddressFactory(address="ana@example.org", verified=False).user
    client.post(ADD, {"address": "ana@example.org"})
    first = link()
    mail_request(kind=MailKind.VERIFICATION, reference=bob.emails.get().pk)
    assert client.post(link()).status_code == 200
    assert client.post(first).status_code == 404
    assert list(EmailAddress.objects.values_list("user", "verified")) == [(bob.pk, True)]


def test_an_account_cannot_add_an_address_twice(client: Client, ana: User) -> None:
    for address in ("ana@example.org", "ANA@example.org"):
        html = client.post(ADD, {"address": address}, follow=True).content.decode()
    assert "already has this address" in html
    assert ana.emails.count() == 1


@pytest.mark.thorough
@pytest.mark.any_database
def test_an_address_receives_a_limited_number_of_links_from_all_accounts(client: Client) -> None:
    for _account in range(12):
        client.force_login(UserFactory(), backend="workspace.authentication.NameOrEmailBackend")
        html = client.post(ADD, {"address": "ana@example.org"}, follow=True).content.decode()
    assert "Try again in an hour." in html
    assert len(mail.outbox) == 10


@pytest.mark.thorough
@pytest.mark.any_database
def test_a_link_can_be_resent_a_limited_number_of_times(client: Client, ana: User) -> None:
    email = EmailAddressFactory(user=ana, verified=False)
    for _time in range(12):
        html = client.post(ADD, {"again": str(email.pk)}, follow=True).content.decode()
    assert "Try again in an hour." in html
    assert len(mail.outbox) == 10


def test_a_link_expires_and_cannot_be_forged(client: Client, ana: User) -> None:
    client.post(ADD, {"address": "ana@example.org"})
    assert client.post(link()[:-3] + "xx/").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        answer = client.post(link())
        assert answer.status_code == 404
        assert "This link no longer works" in answer.content.decode()
    assert not EmailAddress.objects.get().verified


def test_removing_asks_first(client: Client, ana: User) -> None:
    email = EmailAddressFactory(user=ana)
    address = f"{ADD}{email.pk}/remove/"
    assert f"Remove {email.address}?" in client.get(address).content.decode()
    assert ana.emails.exists()
    client.post(address)
    assert not ana.emails.exists()


def test_addresses_of_others_cannot_be_changed(client: Client, ana: User) -> None:
    email = EmailAddressFactory(verified=False)
    for key in (email.pk, "none", "9" * 5000):
        assert client.post(f"{ADD}{key}/remove/").status_code == 404
        assert client.post(ADD, {"again": key}).status_code == 404
    assert Client().post(ADD, {"address": "x@example.org"})["Location"].startswith("/sign-in/")
    assert mail.outbox == []
