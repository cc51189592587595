"""The menu of the administration, and links to its pages and back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import UserFactory, registered
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    user = UserFactory(username="rose", roles=("admin",))
    user.is_superuser = True
    user.save()
    client = Client()
    client.force_login(user, backend="workspace.authentication.NameOrEmailBackend")
    return client


def menu(client: Client) -> dict[str, list[dict[str, Any]]]:
    """Return the sections of the menu by title."""
    return {str(part.get("title", "")): part["items"] for part in client.get("/admin/").context["sidebar_navigation"]}


@pytest.mark.thorough
@pytest.mark.any_database
def test_every_menu_item_has_the_title_of_its_page(client: Client) -> None:
    registered()
    for items in menu(client).values():
        for item in items:
            answer = client.get(str(item["link"]))
            assert str(item["title"]) == str(answer.context["title"]), item["link"]


def test_the_settings_are_near_the_top_under_workspace(client: Client) -> None:
    parts = menu(client)
    assert list(parts)[:2] == ["", "Workspace"]
    assert [str(item["title"]) for item in parts["Workspace"]][:2] == ["Settings", "Accounts"]


def test_the_cloud_that_is_used_and_the_cloud_that_is_offered_have_names_of_their_own(client: Client) -> None:
    registered()
    titles = [title for title in menu(client) if "loud" in title]
    assert titles == ["Connection to the cloud", "Cloud console"]
    assert "Cloud for other workspaces" in text_of(client.get(reverse("settings_index")).content.decode())


def test_the_console_is_hidden_until_another_workspace_connects(client: Client) -> None:
    assert "Cloud console" not in menu(client)
    assert reverse("admin:cloud_registeredworkspace_changelist") in client.get("/admin/connectivity/").content.decode()
    registered()
    assert "Cloud console" in menu(client)


@pytest.mark.parametrize("address", ["/admin/cloud", "/admin/cloud/"])
def test_the_address_that_the_documentation_names_shows_the_registration(client: Client, address: str) -> None:
    answer = client.get(address, follow=True)
    assert answer.request["PATH_INFO"] == "/admin/connectivity/"
    assert "Register by e-mail" in text_of(answer.content.decode())


def test_the_cloud_pages_require_an_administrator() -> None:
    assert "/login/" in Client().get("/admin/cloud/", follow=True).redirect_chain[-1][0]
    member = Client()
    member.force_login(UserFactory(), backend="workspace.authentication.NameOrEmailBackend")
    assert member.get("/admin/cloud/", follow=True).status_code == 403


@pytest.mark.parametrize("slug", ["Push", "Setup_Wizard", "General"])
def test_settings_are_found_by_addresses_as_rocket_chat_spells_them(client: Client, slug: str) -> None:
    assert client.get(f"/admin/settings/{slug}/").status_code == 200


def test_every_page_starts_with_a_link_to_skip_the_menu(client: Client) -> None:
    html = client.get("/admin/").content.decode()
    assert html.index('href="#content"') < html.index('id="nav-sidebar"')
    assert 'id="content"' in html


@pytest.mark.parametrize("missing", ["/admin/nothing/", "/admin/push/nothing/"])
def test_a_missing_page_links_back_to_the_previous_page(client: Client, missing: str) -> None:
    html = client.get(missing, headers={"referer": "http://testserver/admin/push/device/?q=ana"}).content.decode()
    assert '<a class="button" href="/admin/push/device/?q=ana">Back to the previous page</a>' in html
    assert '<a href="/admin/">Dashboard</a>' in html


def test_a_forbidden_page_links_back_to_the_previous_page() -> None:
    helper = UserFactory(roles=())
    helper.is_staff = True
    helper.save()
    client = Client()
    client.force_login(helper, backend="workspace.authentication.NameOrEmailBackend")
    answer = client.get("/admin/settings/push/", headers={"referer": "http://testserver/admin/"})
    assert answer.status_code == 403
    assert '<a class="button" href="/admin/">Back to the previous page</a>' in answer.content.decode()


@pytest.mark.parametrize(
    "referer", ["", "https://elsewhere.example/admin/", "javascript:alert(1)", "/admin/", "http://testserver/nothing/"]
)
def test_links_back_never_lead_to_other_sites_or_the_same_page(client: Client, referer: str) -> None:
    html = client.get("/nothing/", headers={"referer": referer}).content.decode()
    assert "Back to the previous page" not in html
