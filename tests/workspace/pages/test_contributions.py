"""Contributions of apps to user pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from tests.factories import UserFactory
from workspace.pages import contributions as module
from workspace.pages.contributions import Contributions, PageLink, PageScript, Place, pages_contribute

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _what_is_added_is_taken_back() -> Iterator[None]:
    kept = {name: getattr(module.contributions, name) for name in Contributions.__slots__}
    for name, value in kept.items():
        setattr(module.contributions, name, list(value) if isinstance(value, list) else value)
    yield
    for name, value in kept.items():
        setattr(module.contributions, name, value)


def home_of(client: Client) -> str:
    client.force_login(UserFactory(), backend="workspace.authentication.NameOrEmailBackend")
    return client.get("/").content.decode()


def test_links_are_ordered_and_limited_to_users_who_may_see_them(client: Client) -> None:
    pages_contribute(
        links=[
            PageLink(title="Late", icon="home", view="directory", order=99),
            PageLink(title="Early", icon="home", view="room-new", order=1),
            PageLink(title="Hidden", icon="home", view="rooms", shown=lambda _request: False),
            PageLink(title="Nowhere", icon="home", view="no-such-page"),
        ]
    )
    html = home_of(client)
    assert html.index(">Early<") < html.index(">Late<")
    assert ">Hidden<" not in html
    assert ">Nowhere<" not in html


def test_a_link_with_a_description_is_a_card_on_the_home_page(client: Client) -> None:
    pages_contribute(
        links=[PageLink(title="New", icon="add", view="room-new", place=Place.HOME, text="Begin <something>.")]
    )
    assert "Begin &lt;something&gt;." in home_of(client)


def test_scripts_are_on_every_page_with_their_data(client: Client) -> None:
    pages_contribute(scripts=[PageScript("workspace/room.js", data=lambda request: {"who": f'"{request.user}"'})])
    html = home_of(client)
    assert 'src="/static/workspace/room.js"' in html
    assert 'data-who="&quot;user' in html


def test_anonymous_users_receive_no_scripts(client: Client) -> None:
    pages_contribute(scripts=[PageScript("workspace/room.js")])
    assert "workspace/room.js" not in client.get("/sign-in/").content.decode()
