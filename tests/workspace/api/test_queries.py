"""The number of queries of the call with which apps start."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api_client import ApiClient
from tests.factories import UserFactory
from workspace.models import EmailAddress

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("settings_remembered")]


def test_the_own_account(django_assert_num_queries: Any) -> None:
    ana = UserFactory()
    api = ApiClient(ana)
    api.get("me")
    for number in range(2):
        EmailAddress.objects.create(user=ana, address=f"ana{number}@example.org")
        # The sign-in, presence, addresses, roles, preferences, quiet hours and highlight words.
        with django_assert_num_queries(7):
            assert len(api.get("me").json()["emails"]) == number + 1
