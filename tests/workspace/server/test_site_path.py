"""A site at a path of its host, behind a proxy that strips the path or passes it on."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.fakes.installation import Installation
from tests.waiting import wait_until
from tests.workspace.config.test_start import check
from workspace.addresses import absolute_url
from workspace.server.site_path import SitePath, path_in_site


@pytest.mark.parametrize(
    ("asked", "path", "rest"),
    [
        ("/chat/rooms/", "/chat/rooms/", "/rooms/"),
        ("/rooms/", "/chat/rooms/", "/rooms/"),
        ("/chat", "/chat/", "/"),
        ("/", "/chat/", "/"),
        ("/chatter", "/chat/chatter", "/chatter"),
    ],
)
def test_the_path_is_the_same_with_either_kind_of_proxy(settings: Any, asked: str, path: str, rest: str) -> None:
    settings.SITE_PATH = "/chat"
    seen = []

    async def application(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope)

    asyncio.run(SitePath(application)({"type": "http", "path": asked}, None, None))
    (scope,) = seen
    assert (scope["path"], scope["root_path"], path_in_site(scope)) == (path, "/chat", rest)


@pytest.mark.parametrize("path", ["/rooms/", "/chat/rooms/"])
def test_a_link_has_the_path_of_the_site_once(settings: Any, path: str) -> None:
    settings.SITE_URL = "https://example.org/chat"
    assert absolute_url(path) == "https://example.org/chat/rooms/"


@pytest.mark.processes
@pytest.mark.parametrize(
    "address", ["https://example.org/chat?x=1", "https://a@example.org", "https://example.org/a b"]
)
def test_an_invalid_site_url_is_rejected(tmp_path: Any, address: str) -> None:
    assert "Callboard cannot start: SITE_URL must be an address such as" in check(tmp_path, SITE_URL=address).stderr


@pytest.mark.processes
@pytest.mark.parametrize("path", ["api", "admin", "static", "push", "rooms/x"])
def test_a_site_path_that_a_page_has_is_rejected(tmp_path: Any, path: str) -> None:
    result = check(tmp_path, SITE_URL=f"https://example.org/{path}")
    assert result.returncode != 0
    assert f"must not start with /{path.split('/')[0]}" in result.stderr


@pytest.fixture(scope="module")
def site() -> Iterator[Installation]:
    with Installation("workspace,cloud", site_path="/chat", NOTIFY_DELAY_OFFLINE="0") as installation:
        yield installation


@pytest.mark.processes
@pytest.mark.parametrize("prefix", ["/chat", ""])
def test_every_url_is_within_the_sites_path(site: Installation, prefix: str) -> None:
    page = site.get(f"{prefix}/sign-in/")
    addresses = set(re.findall(r'(?:href|src)="(/[^"]+)"', page.text))
    assert addresses
    assert all(address.startswith("/chat/") for address in addresses)
    assert {site.get(address.replace("/chat", prefix, 1)).status_code for address in addresses} <= {200, 302}
    assert site.get(f"{prefix}/rooms/").headers["Location"] == "/chat/sign-in/?next=/chat/rooms/"
    assert site.get(f"{prefix}/api/v1/nothing").json()["errorType"]
    assert site.get(f"{prefix}/push/info").json()["service"] == "callboard-gateway"


@pytest.mark.processes
def test_a_push_is_delivered_end_to_end(site: Installation) -> None:
    assert_phone_rings(site)


@pytest.mark.processes
def test_an_open_page_and_the_worker_know_the_path_of_the_site(site: Installation) -> None:
    browser = site.browser("bob")
    assert {cookie.path for cookie in browser.cookies} == {"/chat"}
    with browser.get(f"{site.url}/chat/events/", timeout=30, stream=True) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
    assert requests.get(f"{site.url}/chat/web-push-worker.js", timeout=30).status_code == 200
    manifest = site.get("/chat/manifest.webmanifest").json()
    assert (manifest["scope"], manifest["start_url"]) == ("/chat/", "/chat/")


@pytest.mark.processes
def test_a_demo_that_is_started_again_at_another_port_still_rings() -> None:
    with Installation("workspace,cloud", NOTIFY_DELAY_OFFLINE="0") as installation:
        assert_phone_rings(installation)
        installation.move()
        assert_phone_rings(installation)


def assert_phone_rings(site: Installation) -> None:
    """Mention Bob, and wait until his simulated phone shows it."""
    url = site.url + site.site_path
    bob, ana = site.sign_in("bob"), site.sign_in("ana")
    browser = site.browser("bob")
    token = secrets.token_hex(32)
    device = {"type": "apn", "value": token, "appName": "callboard.phone"}
    requests.post(f"{url}/api/v1/push.token", json=device, headers=bob, timeout=30).raise_for_status()

    def listed(part: str) -> list[Any]:
        answer = browser.get(f"{url}/phone/{part}?token={token}", timeout=30).json()
        return list(answer["pushes" if part == "inbox" else "problems"])

    wait_until(lambda: not listed("problems"), seconds=60)
    message = {"channel": "#general", "text": "@bob come"}
    requests.post(f"{url}/api/v1/chat.postMessage", json=message, headers=ana, timeout=30).raise_for_status()
    wait_until(lambda: bool(listed("inbox")), seconds=60)
