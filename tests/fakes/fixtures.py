"""Fixtures with the fake providers, credentials that they accept, and settings that use them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from push.http.engine import Engine
from push.providers.apple.credentials import AppleCredentials, AppleTokenKey
from push.providers.apple.tokens import tokens_forget
from push.providers.google.credentials import GoogleCredentials
from push.providers.google.tokens import access_tokens_forget
from tests.fakes.apple import FakeApple
from tests.fakes.certificates import Authority, TokenKey, service_account_make, token_key_make
from tests.fakes.google import FakeGoogle


@pytest.fixture(scope="session")
def authority() -> Authority:
    """The authority that signs the certificates of the fakes."""
    return Authority()


@pytest.fixture(scope="session")
def authority_file(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("authority") / "authority.pem"
    file.write_text(authority.pem)
    return file


@pytest.fixture(scope="session")
def token_key() -> TokenKey:
    return token_key_make()


@pytest.fixture(scope="session")
def service_account() -> str:
    return service_account_make()


@pytest.fixture
def apple_credentials(token_key: TokenKey) -> AppleCredentials:
    """Return a token key that the fake accepts."""
    return AppleCredentials(AppleTokenKey(token_key.key, token_key.key_id, token_key.team_id))


@pytest.fixture
def google_credentials(service_account: str) -> GoogleCredentials:
    """Return a service account that the fake accepts."""
    return GoogleCredentials(service_account)


@pytest.fixture
def fake_apple(authority: Authority, authority_file: Path, token_key: TokenKey, settings: Any) -> Iterator[FakeApple]:
    """Apple's production service."""
    tokens_forget()
    with FakeApple(authority, keys=[token_key]) as fake:
        settings.APPLE_PRODUCTION_URL = fake.address
        settings.OUTBOUND_CA_FILE = str(authority_file)
        yield fake


@pytest.fixture
def fake_google(
    authority: Authority, authority_file: Path, service_account: str, settings: Any
) -> Iterator[FakeGoogle]:
    """Google's push service, including the URL of its access tokens."""
    access_tokens_forget()
    with FakeGoogle(authority, accounts=[service_account]) as fake:
        settings.GOOGLE_SEND_URL, settings.GOOGLE_TOKEN_URL = fake.address, fake.token_url
        settings.OUTBOUND_CA_FILE = str(authority_file)
        yield fake


@pytest.fixture
def trusting_engine(authority_file: Path) -> Iterator[Engine]:
    """An engine that trusts the certificates of the fakes."""
    engine = Engine(connect_timeout=20, timeout=30, ca_file=str(authority_file))
    yield engine
    engine.close()
