"""Reading Google's service accounts."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from push.providers.google.credentials import (
    GoogleCredentials,
    service_account_describe,
    service_account_read,
    service_account_validate,
)
from push.providers.google.tokens import project_of
from tests.keys import ec_key, key_pem, service_account_json


def test_a_service_account_is_read_and_described() -> None:
    account = service_account_read(service_account_json())
    assert account.project_id == "example-project"
    assert "push@example-project" in service_account_describe(service_account_json())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[" * 5000, "not JSON"),
        ("[]", "must be an object"),
        ('{"type": "service_account"}', "client_email, project_id, private_key_id, private_key are missing"),
        (service_account_json(project_id=None), "The field project_id is missing"),
        (service_account_json(project_id=7), "The field project_id is missing"),
        (service_account_json(type="authorized_user"), "service_account"),
        (service_account_json(private_key="no key"), "not contain a usable private key"),
        (service_account_json(private_key=key_pem(ec_key())), "RSA key"),
    ],
)
def test_what_is_no_service_account_is_refused_with_a_sentence(text: Any, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        service_account_read(text)
    assert words in " ".join(caught.value.messages)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + service_account_json(),
        service_account_json(token_uri=None),
        service_account_json(type=None, token_uri=None),
    ],
    ids=["byte-order mark", "without token_uri", "without type and token_uri"],
)
def test_what_is_saved_can_be_sent_with(text: str) -> None:
    service_account_validate(text)
    assert project_of(GoogleCredentials(text)) == "example-project"
