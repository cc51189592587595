"""What a browser loads on its first visit."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[User, str], Page]
MOST_BYTES = 400_000
# Icons that are shown as text because the font lacks them.
ICONS_MISSING = """() => document.fonts.ready.then(() => {
    const width = (icon) => {
        const range = document.createRange();
        range.selectNodeContents(icon);
        return range.getBoundingClientRect().width;
    };
    return [...document.querySelectorAll(".material-symbols-outlined")]
        .filter((icon) => width(icon) > 1.2 * parseFloat(getComputedStyle(icon).fontSize))
        .map((icon) => icon.textContent);
})"""


def bytes_of(client: Client, addresses: set[str]) -> dict[str, int]:
    """Return the number of bytes for each URL, in a browser that accepts compressed files."""
    sizes = {}
    for address in addresses:
        response = client.get(address, headers={"Accept-Encoding": "gzip, deflate, br"})
        assert response.status_code == 200, address
        head = sum(len(name) + len(value) + 4 for name, value in response.headers.items())
        sizes[address] = head + len(response.content)
    return sizes


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def test_the_sign_in_page_and_the_first_page_are_small(
    context: BrowserContext, sign_in: SignIn, site: str, client: Client
) -> None:
    ana = UserFactory(username="ana", name="Ana Silva")
    message_in(RoomFactory(name="general", members=[ana, UserFactory(username="bob")]), ana, "Good morning")
    loaded: list[str] = []
    context.on("requestfinished", lambda request: loaded.append(path_of(request.url)) if request.method == "GET" else 0)
    page = context.new_page()
    page.goto("/sign-in/", wait_until="networkidle")
    sizes = bytes_of(client, set(loaded))
    assert not [address for address in sizes if "chart" in address]
    assert any(address.endswith(".woff2") for address in sizes)
    assert sum(sizes.values()) <= MOST_BYTES, sizes
    # Everything that the first page after signing in loads in addition.
    page.close()
    home = sign_in(ana, "/")
    home.wait_for_load_state("load")
    home.evaluate("document.fonts.ready")
    client.force_login(ana, backend="workspace.authentication.NameOrEmailBackend")
    assert settings.SESSION_COOKIE_NAME in client.cookies
    further = {address for address in loaded if not address.startswith(("/sign-in/", "/events/"))}
    both = sizes | bytes_of(client, further - set(sizes))
    assert sum(both.values()) <= MOST_BYTES, both
    assert home.evaluate(ICONS_MISSING) == []
