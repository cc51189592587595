"""users.removeOtherTokens, users.logoutOtherClients and users.logout"""

from __future__ import annotations

import pytest
from django.test import Client

from tests.admin_rows import staff
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import DeviceFactory, UserFactory
from workspace.models import User
from workspace.services.people.access_tokens import access_token_create
from workspace.services.presence import activity_report
from workspace.services.sign_in import sign_in, token_find

pytestmark = pytest.mark.django_db

BACKEND = "workspace.authentication.NameOrEmailBackend"


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def browser(ana: User) -> Client:
    client = Client()
    client.force_login(ana, backend=BACKEND)
    return client


@pytest.mark.parametrize("name", ["users.removeOtherTokens", "users.logoutOtherClients"])
def test_all_other_clients_are_signed_out(ana: User, browser: Client, name: str) -> None:
    api, other, personal = ApiClient(ana), sign_in(user=ana), access_token_create(user=ana, name="bot")
    own_token = token_find(api.token)
    assert own_token is not None
    own_device = DeviceFactory(user=ana, session_digest=own_token.digest)
    DeviceFactory(user=ana, session_digest="browser")
    activity_report(user=ana, client="page:1:1")
    assert browser.get("/account/").status_code == 200
    assert api.post(name).json()["success"] is True
    assert token_find(other) is None
    assert token_find(personal) is not None
    assert api.get("me").status_code == 200
    assert browser.get("/account/").status_code == 302
    assert list(type(own_device).objects.all()) == [own_device]
    assert not ana.clients.filter(client__startswith="page:").exists()


def test_the_remaining_token_is_returned(ana: User) -> None:
    api = ApiClient(ana)
    body = api.post("users.logoutOtherClients").json()
    assert body["token"] == api.token
    assert body["tokenExpires"].endswith("Z")
    personal = ApiClient(ana, token=access_token_create(user=ana, name="bot"))
    assert personal.post("users.logoutOtherClients").json()["tokenExpires"] == ""


def test_users_sign_themselves_out_everywhere(ana: User, browser: Client) -> None:
    api, personal = ApiClient(ana), access_token_create(user=ana, name="bot")
    body = api.post("users.logout").json()
    assert body == {"message": f"User {ana.public_id} has been logged out!", "success": True}
    assert api.get("me").status_code == 401
    assert token_find(personal) is None
    assert browser.get("/account/").status_code == 302


def test_other_users_are_signed_out_with_the_permission(ana: User) -> None:
    token, api = sign_in(user=ana), ApiClient(staff("workspace.logout_other_user"))
    assert api.post("users.logout", userId=ana.public_id).status_code == 200
    assert token_find(token) is None
    assert api.get("me").status_code == 200
    admin = UserFactory(roles=("admin",))
    assert failure(api.post("users.logout", userId=admin.public_id), 403).endswith("[error-unauthorized]")
    assert failure(api.post("users.logout", userId="x")) == "Invalid user [error-invalid-user]"


def test_the_permission_is_required(ana: User) -> None:
    answer = ApiClient(UserFactory()).post("users.logout", userId=ana.public_id)
    assert failure(answer, 403).endswith("[error-unauthorized]")
    assert ApiClient(ana).post("users.logout", userId=ana.public_id).status_code == 200


@pytest.mark.parametrize("name", ["users.removeOtherTokens", "users.logoutOtherClients", "users.logout"])
def test_strangers_are_asked_to_sign_in(name: str) -> None:
    answer = ApiClient().post(name)
    assert (answer.status_code, answer.json()) == (401, NOT_SIGNED_IN)
