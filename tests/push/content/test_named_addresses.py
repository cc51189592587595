"""All URLs of this site in pages, e-mails and payloads work."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from push.content.mail import email_of
from push.content.options import push_content
from push.models import Channel, Device
from push.providers.web_push.payload import web_options
from push.selectors.items import Item
from tests.api_client import ApiClient
from tests.factories import EmailAddressFactory
from tests.push.conftest import Post
from workspace.models import Room, User
from workspace.services.account_mails import reset_mail_send, verification_mail_send

pytestmark = pytest.mark.django_db

ItemOf = Callable[..., Item]
PAGES = (
    "/",
    "/rooms/",
    "/rooms/channels/",
    "/rooms/new/",
    "/channel/ops",
    "/account/",
    "/account/devices/",
    "/account/preferences/",
    "/account/quiet-hours/",
    "/why/",
    "/phone/",
    "/api/docs/",
    "/manifest.webmanifest",
    "/admin/",
)
# In HTML, in the configuration of scripts, and in JSON.
IN_PAGE = re.compile(r'(?:href|src|action|hx-get|data-[a-z-]+|"[a-zA-Z_]+")\s*[=:]\s*"(/[^"\s]*)"')
IN_TEXT = re.compile(r"https?://[^\s<>\"]+")
# Scripts complete these; the last would end the session.
COMPLETED = {"/messages/ID/shown/", "/phone/inbox", "/static/preferences/sounds/", "/sign-out/"}
# Some take forms only, or a script's parameters; what counts is that they are known.
ANSWERED = {200, 204, 302, 304, 400, 401, 403, 405}


def own(text: str) -> Iterator[str]:
    """Yield the URLs of this site in a text."""
    for address in IN_TEXT.findall(text):
        if address.startswith(settings.SITE_URL):
            yield address.removeprefix(settings.SITE_URL).rstrip(".,") or "/"


def strings(value: Any) -> Iterator[str]:
    """Yield all strings in a JSON value."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(inner)


def unanswered(client: Client, addresses: set[str]) -> dict[str, int]:
    """Return the URLs that do not work, with their statuses."""
    statuses = {address: client.get(address).status_code for address in sorted(addresses)}
    return {address: status for address, status in statuses.items() if status not in ANSWERED}


@pytest.fixture
def browser(client: Client, receiver: User) -> Client:
    client.force_login(receiver, backend="workspace.authentication.NameOrEmailBackend")
    return client


@pytest.mark.thorough
def test_the_addresses_in_pages(browser: Client, post: Post, room: Room) -> None:
    post("come")
    named: set[str] = set()
    for page in PAGES:
        text = browser.get(page, follow=True).content.decode()
        named |= {unescape(found).split("#")[0] for found in IN_PAGE.findall(text)}
    assert len(named) > 30
    assert unanswered(browser, named - COMPLETED) == {}


def test_the_addresses_in_pushes(browser: Client, receiver: User, post: Post, item_of: ItemOf) -> None:
    item = item_of(receiver, post("come"))
    device = Device.objects.get(user=receiver)
    named = {
        address
        for text in strings(device.kind.payload.message(item, device, push_content(item)))
        for address in own(text)
    }
    named |= {address for text in strings(web_options(item, device)) for address in own(text)}
    assert any(address.startswith("/avatar/room/") for address in named)
    assert unanswered(browser, named) == {}


def test_the_addresses_in_e_mails(browser: Client, receiver: User, post: Post, item_of: ItemOf) -> None:
    EmailAddressFactory(user=receiver, address="bob@example.org")
    letters: list[Any] = [email_of([item_of(receiver, post("come"), Channel.EMAIL)])]
    reset_mail_send("bob@example.org")
    verification_mail_send(email_pk=EmailAddressFactory(user=receiver, address="bob@example.net", verified=False).pk)
    letters += mail.outbox
    assert len(letters) == 3
    texts = []
    for letter in letters:
        texts += [str(letter.body), *(str(content) for content, _kind in getattr(letter, "alternatives", []))]
        texts += [str(value) for value in letter.extra_headers.values()]
    named = {unescape(address).rstrip(">") for text in texts for address in own(text)}
    assert len(named) >= 4
    assert unanswered(browser, named) == {}


def test_the_addresses_in_answers_of_the_api(client: Client, receiver: User) -> None:
    avatar = ApiClient(receiver).get("me").json()["avatarUrl"]
    assert client.get(avatar.removeprefix(settings.SITE_URL)).status_code == 200
