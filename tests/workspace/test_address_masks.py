"""Masking of secrets in addresses."""

from __future__ import annotations

import logging
import re

import pytest
from django.core.exceptions import ValidationError

from workspace.address_masks import addresses_mask, addresses_unmask, credentials_mask, has_secrets
from workspace.config.masking import ErrorPageFilter
from workspace.http_addresses import http_address_validate
from workspace.logs.rendering import LogFormatter

SECRET = [
    "https://gateway.example.org/gateway/hunter",
    "https://gateway.example.org/gateway/hunter/",
    "https://gateway.example.org/api/v1/Hunter2hunter",
    "https://ada:hunter@gateway.example.org",
    "https://hunter@gateway.example.org:8443/push",
    "https://gateway.example.org/push?key=hunter",
    "https://gateway.example.org/push#hunter",
    "HTTPS://ada:hunter@gateway.example.org",
]
PLAIN = [
    "https://gateway.rocket.chat",
    "http://127.0.0.1:8000",
    "https://example.org/chat",
    "https://example.org/push-gateway/v1/",
    "http://gateway",
    "",
    "on",
]


@pytest.mark.parametrize("address", SECRET)
def test_a_secret_is_masked_and_the_host_stays_readable(address: str) -> None:
    masked = addresses_mask(address)
    assert "hunter" not in masked.lower()
    assert "ada" not in masked
    assert "gateway.example.org" in masked
    assert has_secrets(address)
    assert addresses_unmask(masked, stored=f"https://other.example\n{address}") == address


@pytest.mark.parametrize("address", PLAIN)
def test_an_address_without_a_secret_stays_as_it_is(address: str) -> None:
    assert addresses_mask(address) == address
    assert not has_secrets(address)


def test_different_secrets_have_different_masks() -> None:
    stored = "https://gateway.example.org/gateway/one-1\nhttps://gateway.example.org/gateway/two-2"
    first, second = addresses_mask(stored).split("\n")
    assert first != second
    assert addresses_unmask(f"{second}\n{first}", stored=stored) == "\n".join(reversed(stored.split("\n")))


def test_a_mask_is_not_accepted_for_another_host() -> None:
    """Otherwise, an editor of the setting could send the secret to their own server."""
    stored = "https://gateway.example.org/gateway/hunter"
    entered = addresses_mask(stored).replace("gateway.example.org", "evil.example")
    with pytest.raises(ValidationError, match="Enter the full address"):
        addresses_unmask(entered, stored=stored)


@pytest.mark.parametrize("text", ["https//ada:hunter@host", "https://ada:hun/ter@host", "ada:hunter@", "http://a b@c"])
def test_an_invalid_address_is_rejected_without_showing_its_password(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        http_address_validate(text)
    assert not re.search("hun|ada|a b", refused.value.messages[0])


def test_log_lines_and_tracebacks_have_no_passwords_and_keys() -> None:
    formatter = LogFormatter(format="text")
    error = ValueError("cannot open redis://:hunter@redis:6379/0")
    message = (
        "Service Unavailable: /gateway/hunter/push/apn/send, /password/MQ/abc-hunter/, /hooks/a1b2/hunter, "
        "/hooks/a1b2/hunter/, /_matrix/push/v1/notify?key=hunter, at http://a:hunter@proxy"
    )
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, "%s", (message,), (ValueError, error, None))
    line = formatter.format(record)
    assert "hunter" not in line
    assert "redis:6379/0" in line
    assert "/push/apn/send" in line
    assert "/hooks/a1b2/" in line
    assert credentials_mask("mail to ana@example.org") == "mail to ana@example.org"


def test_error_pages_for_developers_hide_addresses_with_passwords() -> None:
    cleanse = ErrorPageFilter().cleanse_setting
    for name in ("REDIS_URL", "OUTBOUND_PROXY", "LOCATION", "redis"):
        assert "hunter" not in str(cleanse(name, "redis://:hunter@host"))
    assert cleanse("WHATEVER", {"URL": "http://ada:hunter@host"}) == {"URL": "http://•••@host"}
    assert cleanse("SITE_URL", "https://example.org") == "https://example.org"
