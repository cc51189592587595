"""The page where users delete their own accounts."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import PASSWORD, RoomFactory, UserFactory
from workspace.models import SignInSettings, User

pytestmark = pytest.mark.django_db

PATH = "/account/delete/"


@pytest.fixture
def ana() -> User:
    UserFactory(username="root", roles=("admin",))
    return UserFactory(username="ana")


@pytest.fixture
def client(client: Client, ana: User) -> Client:
    client.force_login(ana, backend="workspace.authentication.NameOrEmailBackend")
    return client


@pytest.fixture
def _allowed() -> None:
    SignInSettings(delete_own_account=True).save()


@pytest.mark.usefixtures("_allowed")
def test_the_page_names_the_rooms_and_deletes_with_the_password(client: Client, ana: User) -> None:
    for name, members in (("stage", [ana, UserFactory()]), ("alone", [ana])):
        RoomFactory(name=name, members=members).subscriptions.filter(user=ana).update(is_owner=True)
    assert f'href="{PATH}"' in client.get("/account/").text
    page = client.get(PATH).text
    assert "#stage" in page
    assert "#alone" in page
    assert "This is not your password." in client.post(PATH, {"password": "wrong"}).text
    assert "Your account was deleted." in client.post(PATH, {"password": PASSWORD}, follow=True).text
    assert not User.objects.filter(pk=ana.pk).exists()
    assert client.get("/account/").status_code == 302


def test_there_is_no_page_unless_the_workspace_allows_it(client: Client, ana: User) -> None:
    assert PATH not in client.get("/account/").text
    assert client.get(PATH).status_code == client.post(PATH, {"password": PASSWORD}).status_code == 403
    assert User.objects.filter(pk=ana.pk).exists()


@pytest.mark.thorough
@pytest.mark.any_database
@pytest.mark.usefixtures("_allowed")
def test_the_password_cannot_be_guessed_in_many_tries(client: Client, ana: User) -> None:
    for _try in range(10):
        client.post(PATH, {"password": "wrong"})
    assert "Too many attempts." in client.post(PATH, {"password": PASSWORD}).text
    assert User.objects.filter(pk=ana.pk).exists()


@pytest.mark.usefixtures("_allowed")
def test_the_only_administrator_remains() -> None:
    admin, client = UserFactory(roles=("admin",)), Client()
    client.force_login(admin, backend="workspace.authentication.NameOrEmailBackend")
    assert "You are the only administrator" in client.post(PATH, {"password": PASSWORD}).text
