"""The cloud console's registration tokens and terms."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from cloud.models import RegistrationToken, Terms
from cloud.selectors.terms import terms_current, terms_required
from cloud.services.registration_requests import registration_token_use, token_read
from tests.admin_rows import administrator, staff
from tests.cloud.admin.test_workspaces import revealed

pytestmark = pytest.mark.django_db

TOKENS, TERMS = "/admin/cloud/registrationtoken/", "/admin/cloud/terms/"


@pytest.fixture
def console(client: Client) -> Client:
    client.force_login(administrator())
    return client


def test_a_token_registers_one_workspace(console: Client) -> None:
    values = {"note": "The opera", "plan": "premium", "ends_on": ""}
    text = revealed(console.post(f"{TOKENS}add/", values).content.decode())["Registration token"]
    _url, secret = token_read(text)
    workspace, _credentials = registration_token_use(secret=secret, unique_id="opera", name="Opera", site_url="")
    html = console.get(TOKENS).content.decode()
    assert "The opera" in html
    assert "Used" in html
    assert str(workspace) in html
    assert secret not in html


def test_an_unused_token_can_be_deleted(console: Client) -> None:
    console.post(f"{TOKENS}add/", {"plan": "community"})
    row = RegistrationToken.objects.get()
    console.post(f"{TOKENS}{row.pk}/delete/", {"post": "yes"})
    assert not RegistrationToken.objects.exists()


def test_published_terms_are_required_from_the_given_date(console: Client) -> None:
    day = timezone.localdate() + timezone.timedelta(days=3)
    console.post(f"{TERMS}add/", {"title": "Terms", "text": "Be kind.", "required_from": day.isoformat()})
    terms = terms_current()
    assert terms
    assert (terms.text, terms_required()) == ("Be kind.", terms.version - 1)


def test_published_terms_cannot_be_changed(console: Client) -> None:
    console.post(f"{TERMS}add/", {"title": "Terms", "text": "Be kind."})
    terms = Terms.objects.get()
    assert console.post(f"{TERMS}{terms.pk}/change/", {"text": "Be harsh."}).status_code == 403
    terms.refresh_from_db()
    assert terms.text == "Be kind."


def test_line_breaks_in_terms_are_shown(console: Client) -> None:
    console.post(f"{TERMS}add/", {"title": "Terms", "text": "1. Be kind.\n2. Be fair."})
    html = console.get(f"{TERMS}{Terms.objects.get().pk}/change/").content.decode()
    assert '<div class="cb-mail-text">1. Be kind.\n2. Be fair.</div>' in html


def test_terms_without_text_are_refused(console: Client) -> None:
    assert "This field is required" in console.post(f"{TERMS}add/", {"title": "Terms"}).content.decode()
    assert not Terms.objects.exists()


def test_users_without_permission_cannot_create_tokens_or_terms(client: Client) -> None:
    client.force_login(staff("cloud.view_registeredworkspace"))
    assert client.post(f"{TOKENS}add/", {"plan": "premium"}).status_code == 403
    assert client.post(f"{TERMS}add/", {"title": "Terms", "text": "Be harsh."}).status_code == 403
    assert not RegistrationToken.objects.exists()
    assert not Terms.objects.exists()
