"""The search in the administration."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from tests.factories import EmailAddressFactory, RoomFactory, UserFactory, direct_room
from tests.pages import text_of
from workspace.models import User

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/search/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="workspace.authentication.NameOrEmailBackend")
    return client


@pytest.fixture
def client() -> Client:
    return signed_in(UserFactory(username="rose", roles=("admin",)))


def titles_found(client: Client, query: str, *, part: str = "found") -> dict[str, list[str]]:
    """Return the titles that the search finds, by kind."""
    parts = client.get(ADDRESS, {"q": query, "part": part}).context["parts"]
    return {each.key: [hit.title for hit in each.hits] for each in parts}


def test_anonymous_users_and_members_are_redirected_to_sign_in() -> None:
    assert Client().get(ADDRESS, {"q": "push"}).status_code == 302
    assert signed_in(UserFactory()).get(ADDRESS, {"q": "push"}).status_code == 302


def test_settings_people_rooms_and_pages_are_found_together(client: Client) -> None:
    UserFactory(username="devon", name="Deborah Vice")
    RoomFactory(name="devices-lab")
    every = titles_found(client, "dev")
    assert "Devices" in every["pages"]
    assert "APN Dev certificate" in every["settings"]
    assert every["people"] == ["Deborah Vice"]
    assert every["rooms"] == ["#devices-lab"]


def test_each_result_links_to_its_page(client: Client) -> None:
    devon = UserFactory(username="devon")
    room = RoomFactory(name="devices-lab")
    html = client.get(ADDRESS, {"q": "dev"}).content.decode()
    assert f'href="/admin/workspace/user/{devon.pk}/change/"' in html
    assert f'href="/admin/workspace/room/{room.pk}/change/"' in html
    html = client.get(ADDRESS, {"q": "gallery"}).content.decode()
    assert 'href="/admin/settings/mobile/#Allow_Save_Media_to_Gallery"' in html


def test_people_are_found_by_address_and_the_best_match_comes_first(client: Client) -> None:
    EmailAddressFactory(user=UserFactory(username="carl", name="Carl"), address="smith@example.org")
    UserFactory(username="blacksmith", name="Black")
    UserFactory(username="smithers", name="Smithers")
    assert titles_found(client, "smith")["people"] == ["Smithers", "Black", "Carl"]


def test_every_word_must_match_and_an_empty_result_is_shown(client: Client) -> None:
    UserFactory(username="anna", name="Anna Berg")
    assert titles_found(client, "berg ann")["people"] == ["Anna Berg"]
    assert titles_found(client, "berg xyz") == {}
    assert "Nothing found for “berg xyz”." in text_of(
        client.get(ADDRESS, {"q": "berg xyz", "part": "found"}).content.decode()
    )


@pytest.mark.parametrize("part", ["found", ""])
def test_the_query_is_shown_as_text(client: Client, part: str) -> None:
    html = client.get(ADDRESS, {"q": "<script>alert(1)", "part": part}).content.decode()
    assert "<script>alert" not in html


@pytest.mark.parametrize("query", ["", "   ", "%", "x" * 5000])
def test_an_unusual_query_gets_a_response(client: Client, query: str) -> None:
    assert client.get(ADDRESS, {"q": query}).status_code == 200


def test_direct_rooms_cannot_be_found_by_name(client: Client) -> None:
    direct_room(UserFactory(username="anna"), UserFactory(username="bert"))
    assert "rooms" not in titles_found(client, "anna")


def test_search_results_respect_permissions() -> None:
    helper = UserFactory(username="helper", roles=())
    helper.is_staff = True
    helper.save()
    RoomFactory(name="devices-lab")
    UserFactory(username="devon")
    client = signed_in(helper)
    assert titles_found(client, "dev") == {}
    role = Group.objects.create(name="helpers")
    role.permissions.set(Permission.objects.filter(codename="view_room"))
    helper.groups.add(role)
    assert titles_found(signed_in(User.objects.get(pk=helper.pk)), "dev") == {"rooms": ["#devices-lab"]}


def test_the_pages_of_a_console_that_the_menu_hides_are_found(client: Client) -> None:
    assert "Registration tokens" in titles_found(client, "registration")["pages"]
