"""The shipped configurations of nginx and Caddy, in front of an installation in production."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import shutil
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import requests
from websockets.asyncio.client import connect

from tests.deploy.production import HOST, SITE_PATH, ProductionSite, api_at, browser_at
from tests.deploy.proxies import BODY_SECONDS, PROGRAMS, Caddy, Nginx, Proxy
from tests.fakes.servers import port_free
from tests.waiting import fault_last

pytestmark = pytest.mark.processes

PROXIES = [Nginx, Caddy]
SECURITY_HEADERS = {
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
}
SPOOFED = "203.0.113.7"


@pytest.fixture(scope="module")
def site() -> Iterator[ProductionSite]:
    with ProductionSite() as started:
        yield started


def proxy_start(kind: type[Proxy], folder: Path, site: ProductionSite) -> Proxy:
    if shutil.which(kind.program, path=PROGRAMS) is None:
        pytest.skip(f"{kind.program} is not installed")
    ports = {"port": site.port, "path_port": site.path_port}
    return kind(folder, **ports, upstream=site.upstream, path_upstream=site.path_upstream)


@pytest.fixture(scope="module", params=PROXIES, ids=[kind.program for kind in PROXIES])
def proxy(
    request: pytest.FixtureRequest, site: ProductionSite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    started = proxy_start(request.param, tmp_path_factory.mktemp(request.param.program), site)
    yield started
    started.stop()


@pytest.fixture
def connection(proxy: Proxy) -> Iterator[http.client.HTTPSConnection]:
    context = ssl.create_default_context(cafile=str(proxy.authority))
    with closing(http.client.HTTPSConnection(HOST, proxy.port, timeout=20, context=context)) as opened:
        yield opened


def asked(proxy: Proxy, url: str, **headers: str) -> requests.Response:
    return requests.get(url, headers=headers, verify=str(proxy.authority), allow_redirects=False, timeout=30)


def without_nonce(value: str) -> str:
    return re.sub(r"'nonce-[\w-]+'", "'nonce'", value)


def test_plain_http_is_redirected_to_https(proxy: Proxy) -> None:
    response = asked(proxy, f"http://{HOST}:{proxy.plain_port}/rooms/?from=mail")
    assert response.status_code in (301, 308)
    location = response.headers["Location"]
    assert location.startswith(f"https://{HOST}")
    assert location.endswith("/rooms/?from=mail")


def test_security_headers_arrive_once_and_unchanged(
    site: ProductionSite, connection: http.client.HTTPSConnection
) -> None:
    direct = requests.get(
        f"http://{site.upstream}/sign-in/", headers={"Host": HOST, "X-Forwarded-Proto": "https"}, timeout=30
    )
    connection.request("GET", "/sign-in/")
    headers = connection.getresponse().getheaders()
    arrived = sorted(
        (name.title(), without_nonce(value)) for name, value in headers if name.title() in SECURITY_HEADERS
    )
    assert arrived == [(name, without_nonce(direct.headers[name])) for name in sorted(SECURITY_HEADERS)]
    assert "uvicorn" not in str(headers)


def test_static_files_are_cached_and_compressed(proxy: Proxy, site: ProductionSite) -> None:
    page = asked(proxy, f"{site.address}/sign-in/").text
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', page)
    assert addresses
    for address in addresses:
        response = asked(proxy, site.address + address, **{"Accept-Encoding": "gzip"})
        assert response.status_code == 200
        assert (response.headers["Content-Encoding"], response.headers["Vary"]) == ("gzip", "Accept-Encoding")
        assert "max-age=" in response.headers["Cache-Control"]
        modified = {"If-Modified-Since": response.headers["Last-Modified"]}
        assert asked(proxy, site.address + address, **modified).status_code == 304


def test_responses_of_the_api_are_compressed_and_pages_are_not(proxy: Proxy, site: ProductionSite) -> None:
    headers = {"Accept-Encoding": "gzip", **api_at(site.address, "ana", str(proxy.authority))}
    answer = asked(proxy, f"{site.address}/api/v1/permissions.listAll", **headers)
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "gzip")
    assert "Content-Encoding" not in asked(proxy, f"{site.address}/sign-in/", **headers).headers


@pytest.mark.parametrize("path", ["", SITE_PATH], ids=["host", "path"])
def test_a_stream_is_neither_buffered_nor_compressed_nor_ended(proxy: Proxy, site: ProductionSite, path: str) -> None:
    address, authority = site.path_address if path else site.address, str(proxy.authority)
    browser = browser_at(address, "bob", authority)
    with browser.get(f"{address}/events/", headers={"Accept-Encoding": "gzip"}, stream=True, timeout=30) as stream:
        assert stream.status_code == 200
        assert "Content-Encoding" not in stream.headers
        lines = stream.iter_lines(chunk_size=1, decode_unicode=True)
        assert next(line for line in lines if line.startswith("event:")) == "event: hello"
        # The time limit for request bodies must not end the stream.
        fault_last(BODY_SECONDS * 2)
        message = {"channel": "#general", "text": "@bob the stage is yours"}
        headers = api_at(address, "ana", authority)
        url = f"{address}/api/v1/chat.postMessage"
        assert requests.post(url, json=message, headers=headers, verify=authority, timeout=30).json()["success"]
        assert next(line for line in lines if line.startswith("event:"))


@pytest.mark.parametrize("path", ["", SITE_PATH], ids=["host", "path"])
def test_a_web_socket_stays_open(proxy: Proxy, site: ProductionSite, path: str) -> None:
    address = (site.path_address if path else site.address).replace("https:", "wss:")
    asyncio.run(socket_stays_open(f"{address}/websocket", ssl.create_default_context(cafile=str(proxy.authority))))


async def socket_stays_open(address: str, context: ssl.SSLContext) -> None:
    """Connect after the time limit for request bodies.

    The client for threads reads and writes in two of them, which TLS connections of Python before 3.13.4 do not
    survive (https://github.com/python/cpython/issues/134698).
    """
    async with connect(address, ssl=context) as socket:
        await asyncio.to_thread(fault_last, BODY_SECONDS * 2)
        await socket.send(json.dumps({"msg": "connect", "version": "1", "support": ["1"]}))
        async with asyncio.timeout(20):
            while json.loads(await socket.recv()).get("msg") != "connected":
                pass


def test_a_large_body_is_refused(connection: http.client.HTTPSConnection) -> None:
    connection.putrequest("POST", "/api/v1/login")
    connection.putheader("Content-Length", str(9_000_000))
    connection.endheaders(b"{")
    assert connection.getresponse().status == 413


def test_a_slow_body_is_cut(connection: http.client.HTTPSConnection) -> None:
    connection.putrequest("POST", "/api/v1/login")
    connection.putheader("Content-Length", "1000")
    started_at = time.monotonic()
    connection.endheaders(b"{")
    with suppress(ConnectionError):
        assert connection.getresponse().status >= 400
    # Callboard itself would have waited for 15 seconds.
    assert time.monotonic() - started_at < 10


def test_forwarded_headers_of_clients_are_replaced(proxy: Proxy, site: ProductionSite) -> None:
    spoofed = {"X-Forwarded-For": SPOOFED, "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"}
    path = f"/sign-in/?by={proxy.program}"
    # Over HTTP, the answer would be a redirect.
    assert asked(proxy, site.address + path, **spoofed).status_code == 200
    # Failed sign-ins are stored with the address that they seem to come from.
    wrong = {"user": f"nobody-{proxy.program}", "password": "wrong"}
    sign_in = f"{site.address}/api/v1/login"
    refused = requests.post(sign_in, json=wrong, headers=spoofed, verify=str(proxy.authority), timeout=30)
    assert refused.status_code == 401
    program = "from axes.models import AccessAttempt; print(AccessAttempt.objects.order_by('pk').last().ip_address)"
    assert site.manage("shell", "-v", "0", "-c", program) == "127.0.0.1"


def test_the_site_works_below_a_path(proxy: Proxy, site: ProductionSite) -> None:
    bare = asked(proxy, site.path_address)
    assert (bare.status_code, bare.headers["Location"].endswith("/chat/")) == (301, True)
    page = browser_at(site.path_address, "ana", str(proxy.authority)).get(f"{site.path_address}/rooms/", timeout=30)
    assert page.status_code == 200
    addresses = set(re.findall(r'(?:href|src)="(/[^"]+)"', page.text))
    assert all(address.startswith("/chat/") for address in addresses)
    static = next(address for address in sorted(addresses) if "/static/" in address)
    assert asked(proxy, site.path_address.removesuffix(SITE_PATH) + static).status_code == 200


@pytest.mark.parametrize("kind", PROXIES, ids=[kind.program for kind in PROXIES])
def test_addresses_are_not_logged_even_if_callboard_is_down(
    kind: type[Proxy], site: ProductionSite, tmp_path: Path
) -> None:
    if shutil.which(kind.program, path=PROGRAMS) is None:
        pytest.skip(f"{kind.program} is not installed")
    nobody = f"127.0.0.1:{port_free()}"
    ports = {"port": port_free(), "path_port": port_free()}
    started = kind(tmp_path, **ports, upstream=nobody, path_upstream=nobody)
    try:
        response = asked(
            started, f"https://{HOST}:{started.port}/reset/s3cret/?token=s3cret", Cookie="sessionid=s3cret"
        )
        assert response.status_code == 502
    finally:
        started.stop()
    assert "s3cret" not in started.log()
