"""Signing in with a certified identity provider, `oidc-provider` from npm."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from django.contrib.auth import get_user
from django.core.cache import cache
from django.test import Client

from tests.clients.program import Program, packages_check
from tests.factories import UserFactory
from tests.fakes.servers import port_free
from workspace.models import OpenIdSettings, User
from workspace.selectors.accounts import roles_of

pytestmark = [pytest.mark.processes, pytest.mark.django_db]

CLIENT_ID, CLIENT_SECRET = "callboard: chat", "a secret + with / reserved % characters"
# The login page, the page for the consent, and redirects.
MAX_PAGES = 8


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    packages_check()
    port = str(port_free())
    site = "http://127.0.0.1:8000"
    program = Program("identity_provider.js", site, f"{site}/sign-in/with/1/callback/", port, CLIENT_ID, CLIENT_SECRET)
    try:
        program.hear("ready")
        yield f"http://127.0.0.1:{port}"
    finally:
        program.stop()


@pytest.fixture(autouse=True)
def provider(issuer: str, settings: Any) -> Iterator[None]:
    settings.SIGN_IN_PRIVATE_HOSTS = [issuer.removeprefix("http://")]
    configure(issuer=issuer)
    yield
    cache.clear()


def configure(**values: Any) -> None:
    values = {"enabled": True, "label": "Example ID", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET} | values
    changes = {f"{name}_1": value for name, value in values.items()}
    OpenIdSettings._default_manager.update_or_create(pk=1, defaults=changes)


def leave(client: Client, path: str = "/sign-in/with/1/") -> str:
    """Press the button, and return the URL of the provider to which the page leads."""
    found = re.search(r'content="0;url=([^"]*)"', client.post(path, {"next": "/account/"}).content.decode())
    assert found
    return html.unescape(found[1])


def visit(browser: requests.Session, url: str, login: str) -> str:
    """Sign in at the provider and give the consent; returns the URL of the site to which it leads back."""
    for _page in range(MAX_PAGES):
        if "/sign-in/with/" in url:
            return url
        response = browser.get(url, allow_redirects=False, timeout=30)
        if form := re.search(r'<form[^>]*action="([^"]*)"', response.text):
            prompt = "login" if 'name="login"' in response.text else "consent"
            data = {"prompt": prompt, "login": login, "password": "any"}
            response = browser.post(urljoin(url, form[1]), data=data, allow_redirects=False, timeout=30)
        url = urljoin(url, response.headers["Location"])
    raise AssertionError(url)


def sign_in(client: Client, login: str) -> Any:
    with requests.Session() as browser:
        return client.get(visit(browser, leave(client), login))


def page_after(client: Client, response: Any) -> str:
    return html.unescape(client.get(response["Location"]).content.decode())


def test_a_person_signs_in_and_gets_an_account_with_roles(client: Client) -> None:
    configure(roles_claim="groups", roles_mapping="staff: bot", domains="example.org")
    response = sign_in(client, "ana")
    assert response["Location"] == "/account/"
    user = get_user(client)
    assert isinstance(user, User)
    assert (user.username, user.name, roles_of(user)) == ("ana", "Ana Silva", ["bot", "user"])
    client.post("/sign-out/")
    sign_in(client, "ana")
    assert get_user(client) == user


def test_a_user_links_an_account_and_signs_in_with_it(client: Client) -> None:
    user = UserFactory(username="bob.builder")
    client.force_login(user)
    with requests.Session() as browser:
        response = client.get(visit(browser, leave(client, "/account/linked/1/link/"), "bob"))
        assert "You can sign in with Example ID now." in page_after(client, response)
        client.post("/sign-out/")
        # The provider remembers the person, and asks for nothing.
        client.get(visit(browser, leave(client), "nobody"))
    assert get_user(client) == user


def test_refusals_of_both_sides_are_explained(client: Client) -> None:
    assert "Example ID has not verified your e-mail address." in page_after(client, sign_in(client, "bob"))
    configure(client_secret="another secret")
    assert "does not accept this site's client ID or secret" in page_after(client, sign_in(client, "ana"))
    assert not get_user(client).is_authenticated
