"""Fields refer to their descriptions, so that screen readers read help texts and errors."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.admin_rows import administrator
from tests.factories import RoomFactory, UserFactory, message_in
from tests.pages import DESCRIBED, descriptions_missing
from workspace.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Client) -> User:
    user = administrator(username="ada")
    client.force_login(user, backend="workspace.authentication.NameOrEmailBackend")
    return user


@pytest.mark.parametrize(
    "address",
    [
        "/account/",
        "/account/preferences/",
        "/account/quiet-hours/",
        "/rooms/new/",
        "/admin/connectivity/",
        "/admin/settings/push/",
        "/admin/workspace/user/add/",
    ],
)
def test_the_help_beside_a_field_is_the_one_that_it_names(client: Client, ada: User, address: str) -> None:
    html = client.get(address).content.decode()
    assert DESCRIBED.search(html)
    assert descriptions_missing(html) == set()


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("/account/password/", {"old_password": "wrong"}),
        ("/account/preferences/", {"sound_volume": "500"}),
        ("/account/quiet-hours/", {"from_0": "22:00", "more": "never"}),
        ("/rooms/new/", {"type": "c", "name": "a b"}),
        ("/admin/connectivity/register/", {"email": "nobody"}),
        ("/admin/settings/accounts/", {"Accounts_Default_User_Preferences_idleTimeLimit": "long"}),
    ],
)
def test_errors_are_described(client: Client, ada: User, address: str, sent: dict[str, str]) -> None:
    html = client.post(address, sent).content.decode()
    assert "_error" in html
    assert descriptions_missing(html) == set()


def test_errors_of_filter_fields_are_described(client: Client, ada: User) -> None:
    html = client.get("/admin/settings/history/?since=yesterday").content.decode()
    assert 'id="id_since_error"' in html
    assert descriptions_missing(html) == set()
    message = message_in(RoomFactory(), UserFactory())
    query = {"message": message.public_id, "user": "ada", "members_count": "many"}
    html = client.get("/admin/explain/", query).content.decode()
    assert 'id="id_members_count_error"' in html
    assert descriptions_missing(html) == set()
