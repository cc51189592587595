"""Addresses of topics: what is accepted, and where it leads."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from push.http.requests import HttpRequest
from push.models import EndReason
from push.providers.endpoints import EndpointError
from push.providers.ntfy.topics import (
    access_token_validate,
    server_validate,
    topic_accept,
    topic_address,
    topic_address_check,
)
from push.providers.tokens import TokenError
from push.selectors.routes import routes_current
from push.services.provider_values import provider_configure
from tests.factories import DeviceFactory
from tests.fakes.ntfy import ACCESS_TOKEN, FakeNtfy
from workspace.errors import ApplicationError

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://ntfy.sh/my-topic", "https://ntfy.sh/my-topic"),
        (" https://NTFY.sh/My_Topic/ ", "https://ntfy.sh/My_Topic"),
        ("https://ntfy.example.org:8443/t", "https://ntfy.example.org:8443/t"),
    ],
)
def test_an_address_gets_its_canonical_form(text: str, address: str) -> None:
    assert topic_address_check(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "my topic",
        "https://ntfy.sh",
        "https://ntfy.sh/",
        "https://ntfy.sh/a/b",
        "https://ntfy.sh/topic?auth=x",
        "https://ntfy.sh/" + "a" * 65,
        "https://user:pw@ntfy.sh/topic",
        "http://ntfy.sh/topic",
        "https://ntfy.sh:25/topic",
        "ftp://ntfy.sh/topic",
    ],
)
def test_what_is_no_topic_is_refused(text: str) -> None:
    with pytest.raises(TokenError):
        topic_address_check(text)


def test_a_name_is_a_topic_on_the_workspaces_server(ntfy: FakeNtfy) -> None:
    assert topic_address("my-topic") == f"{ntfy.address}/my-topic"
    assert topic_address("https://ntfy.example.org/x") == "https://ntfy.example.org/x"


def test_a_private_address_is_refused_unless_the_operator_lists_it(ntfy: FakeNtfy) -> None:
    topic_accept(ntfy.topic())
    with pytest.raises(EndpointError):
        topic_accept("https://127.0.0.1:8443/topic")
    with pytest.raises(ValidationError):
        server_validate("https://192.168.1.2")
    server_validate(ntfy.address)
    with pytest.raises(ValidationError, match="without a path"):
        server_validate(f"{ntfy.address}/ntfy")


def test_while_it_is_off_no_topic_is_accepted_and_there_is_no_route(ntfy: FakeNtfy) -> None:
    device = DeviceFactory(type="ntfy", app_name="ntfy", token=ntfy.topic())
    provider_configure(kind="ntfy", is_enabled=False, values={})
    with pytest.raises(ApplicationError, match="turned off"):
        topic_accept(ntfy.topic())
    assert routes_current().of(device) == EndReason.PROVIDER_OFF


def test_only_the_workspaces_server_has_the_access_token(ntfy: FakeNtfy) -> None:
    routes = routes_current()
    own = routes.route_of("ntfy", "ntfy", token=ntfy.topic())
    other = routes.route_of("ntfy", "ntfy", token="https://ntfy.example.org/topic")
    assert not isinstance(own, EndReason)
    assert not isinstance(other, EndReason)
    assert (own.key, own.way.access_token) == ("ntfy", ACCESS_TOKEN)
    assert other.key.startswith("ntfy:other-")
    assert other.way.access_token == ""
    assert ACCESS_TOKEN not in repr(own) + own.fingerprint


@pytest.mark.parametrize("text", ["tk one", "tk\none", "schlüssel"])
def test_an_access_token_fits_into_a_header(text: str) -> None:
    access_token_validate(ACCESS_TOKEN)
    with pytest.raises(ValidationError):
        access_token_validate(text)


def test_requests_go_to_public_addresses_unless_told_otherwise() -> None:
    assert HttpRequest("https://ntfy.example.org/").public_only
