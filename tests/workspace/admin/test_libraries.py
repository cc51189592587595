"""Admin pages of libraries."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.test import Client

from tests.admin_rows import administrator, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt() -> AccessAttempt:
    return AccessAttempt.objects.create(
        username="mallory", ip_address="203.0.113.9", path_info="/", post_data="password=guess", failures_since_start=10
    )


def test_a_locked_account_can_be_unlocked(client: Client, attempt: AccessAttempt) -> None:
    client.force_login(administrator())
    assert "Locked" in client.get("/admin/axes/accessattempt/").content.decode()
    client.post(f"/admin/axes/accessattempt/{attempt.pk}/let_in_again/", {"_form_submitted": "True"})
    assert not AccessAttempt.objects.exists()


def test_unlocking_requires_the_permission(client: Client, attempt: AccessAttempt) -> None:
    client.force_login(staff("axes.view_accessattempt"))
    answer = client.post(f"/admin/axes/accessattempt/{attempt.pk}/let_in_again/", {"_form_submitted": "True"})
    assert answer.status_code == 403
    assert AccessAttempt.objects.exists()


def test_attempted_passwords_are_not_shown(client: Client, attempt: AccessAttempt) -> None:
    client.force_login(administrator())
    html = client.get(f"/admin/axes/accessattempt/{attempt.pk}/change/").content.decode()
    assert "mallory" in html
    assert "guess" not in html


@pytest.mark.parametrize("path", ["knox/authtoken", "django_q/ormq", "django_q/success"])
def test_pages_with_secrets_are_removed(client: Client, path: str) -> None:
    client.force_login(administrator())
    assert client.get(f"/admin/{path}/").status_code == 404
