"""Which endpoints are sent to, whoever names them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from push.http.engine import Engine
from push.http.exchanges import NOT_PUBLIC
from push.http.requests import HttpRequest
from push.models import Answer, Device
from push.providers.endpoints import EndpointError, endpoint_check
from push.providers.web_push.transport import PUBLIC_LANE, WebPushMessage, webpush_send
from push.providers.web_push.vapid import VapidIdentity, vapid_keys_new
from tests.cases import for_each
from tests.fakes.webpush import FakePushService
from workspace.outbound import is_public

PUBLIC_IP = "93.184.215.14"


def resolve(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name stand for these addresses."""

    def getaddrinfo(*_args: Any, **_kwargs: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@for_each(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::"),
    ],
)
def test_addresses_that_are_no_public_hosts(address: str) -> None:
    assert not is_public(address)


@for_each("address", [PUBLIC_IP, "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_addresses_of_public_hosts(address: str) -> None:
    assert is_public(address)


@for_each(
    "url",
    [
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://push.example.org:443/x?topic=1",
        "https://push.example.org:8443/x",
    ],
)
def test_endpoints_on_the_public_internet_are_taken(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    resolve(monkeypatch, PUBLIC_IP)
    endpoint_check(url)


@for_each(
    "url, reason",
    [
        ("http://push.example.org/x", "must begin with https"),
        ("ftp://push.example.org/x", "must begin with https"),
        ("file:///etc/passwd", "not a URL"),
        ("gopher://push.example.org/_x", "must begin with https"),
        ("javascript:alert(1)", "not a URL"),
        ("//push.example.org/x", "must begin with https"),
        ("https://", "not a URL"),
        ("https:///x", "not a URL"),
        ("https://user:password@push.example.org/x", "not a URL"),
        ("https://@push.example.org/x", "not a URL"),
        ("https://push.example.org\\@10.0.0.1/x", "not a URL"),
        ("https://push.example.org/x\r\nHost: 10.0.0.1", "not a URL"),
        ("https://push.example.org/a b", "not a URL"),
        ("https://push.example.org/x#fragment", "not a URL"),
        ("https://push.example.org:22/x", "port must be 443 or 8443"),
        ("https://push.example.org:8080/x", "port must be 443 or 8443"),
        ("https://push.example.org:0/x", "port must be 443 or 8443"),
        ("https://push.example.org:99999/x", "not a URL"),
        ("https://[::1/x", "not a URL"),
        ("https://püsh.example.org/x", "not a URL"),
        ("https://push.example.org/" + "x" * 2048, "not a URL"),
    ],
)
def test_misspelt_endpoints_are_refused(monkeypatch: pytest.MonkeyPatch, url: str, reason: str) -> None:
    resolve(monkeypatch, PUBLIC_IP)
    with pytest.raises(EndpointError, match=reason):
        endpoint_check(url)


@for_each(
    "host",
    [
        *("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "017700000001", "0"),
        *("[::1]", "[::ffff:127.0.0.1]", "[::]", "169.254.169.254", "[fe80::1%25lo]", "10.0.0.1"),
    ],
)
def test_private_hosts_are_refused_however_they_are_written(host: str) -> None:
    with pytest.raises(EndpointError, match=r"not on the public internet|cannot be found|not a URL"):
        endpoint_check(f"https://{host}/x")


def test_a_name_is_refused_when_one_of_its_addresses_is_private(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, PUBLIC_IP, "10.0.0.1")
    with pytest.raises(EndpointError, match="not on the public internet"):
        endpoint_check("https://push.example.org/x")


def test_a_name_that_stands_for_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_args: Any, **_kwargs: Any) -> list[Any]:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    with pytest.raises(EndpointError, match="cannot be found"):
        endpoint_check("https://push.example.org/x")


def test_the_operator_may_name_hosts_of_the_own_network(settings: Any) -> None:
    settings.WEB_PUSH_PRIVATE_HOSTS = ["10.0.0.5:9443", "10.0.0.6", "127.0.0.1:9000"]
    endpoint_check("https://10.0.0.5:9443/x")
    endpoint_check("https://10.0.0.6/x")
    endpoint_check("http://127.0.0.1:9000/x")
    for refused in ("https://10.0.0.5/x", "https://10.0.0.6:22/x", "http://10.0.0.5:9443/x"):
        with pytest.raises(EndpointError):
            endpoint_check(refused)


def test_without_tls_only_a_sandbox_sends(settings: Any) -> None:
    settings.WEB_PUSH_PRIVATE_HOSTS, settings.SANDBOX = ["127.0.0.1:9000"], False
    with pytest.raises(EndpointError):
        endpoint_check("http://127.0.0.1:9000/x")


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(timeout=30)
    yield engine
    engine.close()


def test_a_name_that_turned_private_after_it_was_registered_is_not_connected_to(engine: Engine) -> None:
    """As a host does that answers with another address each time it is asked for: the connection is what counts."""
    with FakePushService() as victim:
        for host in ("127.0.0.1", "localhost"):
            url = f"http://{host}:{victim.host.split(':')[1]}/admin"
            [answer] = engine.send([HttpRequest(url=url, body=b"x", lane=PUBLIC_LANE)])
            assert (answer.status, answer.error, answer.reached) == (None, NOT_PUBLIC, False)
        assert victim.requests == 0


def test_what_may_not_be_connected_to_is_refused_for_good(engine: Engine) -> None:
    public_key, private_key = vapid_keys_new()
    with FakePushService() as fake:
        subscription = fake.subscribe(public_key)
    device = Device(
        type="webpush",
        token="https://localhost:8443/x",
        public_key=subscription.p256dh,
        auth_secret=subscription.auth,
    )
    message = WebPushMessage(device, {"text": "x"}, topic="t", lifetime=60)
    identity = VapidIdentity(public_key, private_key, "mailto:ops@example.org")
    [answer] = webpush_send([message], identity=identity, engine=engine)
    assert (answer.answer, answer.detail) == (Answer.REFUSED, NOT_PUBLIC)


def test_behind_a_proxy_names_are_checked_before_each_request(
    monkeypatch: pytest.MonkeyPatch, settings: Any, engine: Engine
) -> None:
    settings.OUTBOUND_PROXY = "http://127.0.0.1:9"
    resolve(monkeypatch, "10.0.0.1")
    public_key, private_key = vapid_keys_new()
    device = Device(type="webpush", token="https://push.example.org/x", public_key="", auth_secret="")
    message = WebPushMessage(device, {"text": "x"}, topic="t", lifetime=60)
    identity = VapidIdentity(public_key, private_key, "mailto:ops@example.org")
    [answer] = webpush_send([message], identity=identity, engine=engine)
    assert answer.answer == Answer.REFUSED
    assert "not on the public internet" in answer.detail
