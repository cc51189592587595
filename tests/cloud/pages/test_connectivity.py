"""The workspace's page Connectivity services, with a cloud reached over HTTP."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from cloud.models import CloudConnection, RegisteredWorkspace, SetupWizardSettings, TermsConsent
from cloud.services.offline import registration_file
from cloud.services.registration import credentials_rotate, workspace_register
from cloud.services.registration_requests import registration_token_create
from cloud.services.terms import terms_ensure, terms_publish
from tests.admin_rows import administrator, staff
from workspace.models import GeneralSettings

PAGE = "/admin/connectivity/"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cloud(live_server: LiveServer, settings: object) -> str:
    """Return the URL of a cloud; this installation serves as the cloud, over HTTP."""
    settings.SITE_URL = live_server.url  # type: ignore[attr-defined]
    terms_ensure()
    return str(live_server.url)


@pytest.fixture
def admin(client: Client, cloud: str) -> Client:
    client.force_login(administrator(username="ada"))
    return client


def page_html(client: Client) -> str:
    """Return the page's HTML."""
    return client.get(PAGE).content.decode()


def connect(client: Client) -> str:
    _row, text = registration_token_create()
    return client.post(f"{PAGE}connect/", {"token": text}, follow=True).content.decode()


def test_an_unregistered_workspace_shows_how_to_register(admin: Client) -> None:
    html = page_html(admin)
    assert "Not registered" in html
    assert GeneralSettings.stored().unique_id in html
    for offer in ("Register by e-mail", "Connect with a registration token", "Register offline"):
        assert offer in html


def test_without_a_cloud_address_the_page_links_to_the_setting(admin: Client, settings: object) -> None:
    settings.ROLES = frozenset({"workspace"})  # type: ignore[attr-defined]
    found = re.search(r'href="([^"]+)"[^>]*>Enter its address in the settings', page_html(admin))
    assert found
    path, _hash, setting = found[1].partition("#")
    assert f'id="{setting}"' in admin.get(path).content.decode()


def test_an_invalid_token_is_reported_if_no_cloud_is_known(admin: Client, settings: object) -> None:
    settings.ROLES = frozenset({"workspace"})  # type: ignore[attr-defined]
    html = admin.post(f"{PAGE}connect/", {"token": "mistyped"}).content.decode()
    assert "This is not a registration token" in html
    assert "mistyped</textarea>" in html


def test_registering_by_email_waits_for_the_link_and_then_connects(admin: Client) -> None:
    html = admin.post(f"{PAGE}register/", {"email": "ada@opera.example"}, follow=True).content.decode()
    assert "A link was sent to ada@opera.example" in html
    assert 'hx-trigger="every 3s"' in html
    assert "HX-Redirect" not in admin.post(f"{PAGE}wait/").headers
    assert not CloudConnection.objects.exists()
    link = re.search(r"http://\S+/cloud/confirm/\S+", str(mail.outbox[-1].body))
    assert link
    Client().post(link.group())
    assert admin.post(f"{PAGE}wait/")["HX-Redirect"] == PAGE
    assert "Connected" in page_html(admin)
    assert "fingerprint of each push" in page_html(admin)


def test_a_registration_can_be_cancelled(admin: Client) -> None:
    admin.post(f"{PAGE}register/", {"email": "ada@opera.example"})
    assert "Not registered" in admin.post(f"{PAGE}cancel/", follow=True).content.decode()


def test_only_permitted_actions_are_offered(admin: Client) -> None:
    admin.post(f"{PAGE}register/", {"email": "ada@opera.example"})
    manager = Client()
    manager.force_login(staff("cloud.manage_cloud"))
    html = page_html(manager)
    assert "Check now" in html
    assert "Connect with a registration token" in html
    for refused in ("Cancel registration…", "Register by e-mail", "Register offline"):
        assert refused not in html
        assert refused in page_html(admin)
    for name in ("register", "file", "cancel"):
        assert manager.post(f"{PAGE}{name}/").status_code == 403


def test_a_token_connects_and_the_terms_are_fetched(admin: Client) -> None:
    html = connect(admin)
    assert "Connected, but nobody has agreed to the terms" in html
    assert "fingerprint of each push" in html
    html = admin.post(f"{PAGE}agree/", follow=True).content.decode()
    assert "You have agreed to the terms." in html
    assert "ada agreed to version 1" in html
    assert "This has been reported to the cloud." in html
    workspace = RegisteredWorkspace.objects.get()
    assert workspace.agreements.get().agreed_by == "ada"


def test_a_new_version_of_the_terms_requires_agreement_again(admin: Client) -> None:
    connect(admin)
    admin.post(f"{PAGE}sync/")
    admin.post(f"{PAGE}agree/")
    terms_publish(text="New terms.")
    html = admin.post(f"{PAGE}sync/", follow=True).content.decode()
    assert "The cloud requires your agreement to version 2." in html
    assert "New terms." in html


def test_withdrawing_asks_for_confirmation_and_is_recorded(admin: Client) -> None:
    connect(admin)
    admin.post(f"{PAGE}sync/")
    admin.post(f"{PAGE}agree/")
    assert "The gateway will refuse" in admin.get(f"{PAGE}withdraw/").content.decode()
    assert SetupWizardSettings.stored().privacy_terms_agreed
    admin.post(f"{PAGE}withdraw/")
    assert not SetupWizardSettings.stored().privacy_terms_agreed
    newest = TermsConsent.objects.first()
    assert newest
    assert newest.is_withdrawal


def test_disconnecting_warns_and_disconnects_both_ends(admin: Client) -> None:
    connect(admin)
    assert "This ends pushes through the gateway" in admin.get(f"{PAGE}disconnect/").content.decode()
    assert CloudConnection.objects.exists()
    admin.post(f"{PAGE}disconnect/")
    assert not CloudConnection.objects.exists()
    assert RegisteredWorkspace.objects.get().disconnected_at


def test_reconnecting_fetches_a_new_access_token(admin: Client) -> None:
    connect(admin)
    admin.post(f"{PAGE}agree/")
    before = CloudConnection.objects.get()
    CloudConnection.objects.update(problem="error-cloud-unreachable", problem_text="Nothing answered.")
    assert "Reconnect…" in page_html(admin)
    html = admin.post(f"{PAGE}reconnect/", {"blob": ""}, follow=True).content.decode()
    assert "This workspace is connected again" in html
    after = CloudConnection.objects.get()
    assert (after.problem, after.workspace_id) == ("", before.workspace_id)
    assert after.access_token != before.access_token


def test_a_registration_file_replaces_credentials_and_keeps_the_agreement(admin: Client) -> None:
    connect(admin)
    admin.post(f"{PAGE}agree/")
    workspace = RegisteredWorkspace.objects.get()
    credentials_rotate(workspace=workspace)
    refused = admin.post(f"{PAGE}reconnect/", {"blob": ""}, follow=True).content.decode()
    assert "Reconnect with a registration file" in page_html(admin)
    assert "This workspace is connected again" not in refused
    blob = registration_file(workspace=workspace, ends_at=timezone.now() + timedelta(days=14))
    html = admin.post(f"{PAGE}reconnect/", {"blob": blob}, follow=True).content.decode()
    assert "This workspace is connected again" in html
    assert "ada agreed to version 1" in html
    assert SetupWizardSettings.stored().privacy_terms_agreed


def test_a_file_for_another_workspace_does_not_reconnect(admin: Client) -> None:
    connect(admin)
    before = CloudConnection.objects.get().client_secret
    other, _credentials = workspace_register(unique_id="another", name="Another")
    blob = registration_file(workspace=other, ends_at=timezone.now() + timedelta(days=14))
    html = admin.post(f"{PAGE}reconnect/", {"blob": blob}, follow=True).content.decode()
    assert "This registration is for another workspace" in html
    assert CloudConnection.objects.get().client_secret == before


def test_an_invalid_token_is_reported_and_stays_in_the_field(admin: Client) -> None:
    html = admin.post(f"{PAGE}connect/", {"token": "mistyped"}).content.decode()
    assert "This registration token is unknown" in html
    assert "mistyped</textarea>" in html


def test_an_unreachable_cloud_is_named_in_the_error(admin: Client) -> None:
    connect(admin)
    # The port "discard": it refused the connection.
    CloudConnection.objects.update(cloud_url="http://127.0.0.1:9", access_token="")
    html = admin.post(f"{PAGE}sync/", follow=True).content.decode()
    assert "cannot be reached: it refused the connection" in html
    assert "Connection problem" in page_html(admin)


def test_a_copied_workspace_can_declare_itself_moved_or_a_copy(admin: Client, settings: object) -> None:
    connect(admin)
    before = GeneralSettings.stored().unique_id
    CloudConnection.objects.update(problem="error-workspace-cloned", problem_text="Another address is known.")
    html = page_html(admin)
    assert "The workspace has moved…" in html
    assert "turn it into a new one…" in html
    admin.post(f"{PAGE}copy/")
    assert GeneralSettings.stored().unique_id != before
    assert "Not registered" in page_html(admin)


def test_the_page_contains_no_secret(admin: Client) -> None:
    connect(admin)
    admin.post(f"{PAGE}sync/")
    connection = CloudConnection.objects.get()
    html = page_html(admin)
    assert connection.client_secret not in html
    assert connection.access_token not in html


@pytest.mark.parametrize("name", ["", "connect/", "disconnect/", "reconnect/", "agree/", "wait/"])
def test_strangers_are_refused(client: Client, name: str) -> None:
    client.force_login(staff("workspace.view_room"))
    assert client.post(f"{PAGE}{name}", {"token": "x"}).status_code == 403
