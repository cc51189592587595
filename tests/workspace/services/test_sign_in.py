"""Signing in to the API, and the expiry of sign-ins."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from knox.models import AuthToken

from tests.api_client import ApiClient
from tests.factories import UserFactory
from workspace.services.sign_in import sign_in

pytestmark = pytest.mark.django_db


def test_an_unused_sign_in_expires_after_ninety_days() -> None:
    api = ApiClient(UserFactory())
    with time_machine.travel(timezone.now() + timedelta(days=91), tick=False):
        assert api.get("me").status_code == 401


def test_a_sign_in_in_use_is_extended() -> None:
    api = ApiClient(UserFactory())
    for days in (60, 120):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            assert api.get("me").status_code == 200


def test_the_next_sign_in_removes_expired_ones() -> None:
    user = UserFactory()
    sign_in(user=user)
    with time_machine.travel(timezone.now() + timedelta(days=91), tick=False):
        sign_in(user=user)
        assert AuthToken.objects.filter(user=user).count() == 1
