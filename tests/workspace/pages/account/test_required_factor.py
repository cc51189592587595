"""Roles that require a second factor: their users can do nothing but set one up."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from push.selectors.streams import ended_sign_ins, users_signed_in
from tests.admin_rows import administrator
from tests.api_client import ApiClient
from tests.factories import PASSWORD, RoomFactory, UserFactory
from tests.method_calls import call, call_error
from tests.second_factors import app_code, email_factor_of, second_factor_of
from workspace.live.access import Request, check_requests
from workspace.models import PendingSecondFactor, SignInSettings, User
from workspace.services.people.access_tokens import access_token_create
from workspace.services.people.roles import second_factor_require

pytestmark = pytest.mark.django_db
BACKEND = "workspace.authentication.NameOrEmailBackend"
CODE = "error-second-factor-not-set-up"


@pytest.fixture
def ana() -> User:
    ana: User = UserFactory(username="ana")
    second_factor_require(role=Group.objects.get(name="user"), is_required=True)
    return ana


def test_the_sign_in_leads_to_the_set_up_and_nothing_else_opens(client: Client, ana: User) -> None:
    signed_in = client.post("/sign-in/", {"username": "ana", "password": PASSWORD})
    assert (signed_in.status_code, signed_in["Location"]) == (302, "/")
    for path in (
        "/",
        "/rooms/",
        "/account/",
        "/account/password/",
        "/account/sessions/",
        "/account/security/passkeys/",
    ):
        assert (path, client.get(path)["Location"]) == (path, "/account/security/")
    assert client.get("/rooms/", headers={"HX-Request": "true"})["HX-Redirect"] == "/account/security/"
    page = client.get("/account/security/").content.decode()
    assert "Your role requires a second factor" in page
    assert 'href="/rooms/"' not in page
    client.post("/account/security/app/new/")
    secret = PendingSecondFactor.objects.get().secret
    assert "saved them" in client.post("/account/security/app/", {"code": app_code(secret)}).content.decode()
    assert client.get("/rooms/").status_code == 200
    assert 'href="/rooms/"' in client.get("/account/security/").content.decode()


def test_the_administration_is_closed_too(client: Client) -> None:
    admin = administrator(username="ada")
    second_factor_require(role=Group.objects.get(name="admin"), is_required=True)
    client.force_login(admin, backend=BACKEND)
    assert client.get("/admin/")["Location"] == "/account/security/"
    assert "logged out" in client.post("/admin/logout/").content.decode().lower()
    client.force_login(admin, backend=BACKEND)
    email_factor_of(admin)
    assert client.get("/admin/").status_code == 200


def test_the_api_answers_set_up_calls_only(ana: User) -> None:
    login = ApiClient().post("login", user="ana", password=PASSWORD).json()
    api = ApiClient(ana, token=login["data"]["authToken"])
    refused = api.get("rooms.get")
    assert (refused.status_code, refused.json()["errorType"]) == (403, CODE)
    assert api.get("me").status_code == 200
    assert call_error(api, "rooms/get")["error"] == CODE
    assert call_error(api, "2fa:enable")["error"] == "totp-required"
    room = RoomFactory(members=[ana])
    streams = [Request(ana.pk, "stream-room-messages", room.public_id)]
    assert check_requests(streams) != [None]
    second_factor_of(ana)
    api = ApiClient(ana)
    assert api.get("rooms.get").status_code == 200
    assert "update" in call(api, "rooms/get", {"$date": 0})
    assert check_requests(streams) == [None]


def test_tokens_that_ignore_second_factors_are_exempt(ana: User) -> None:
    for bypasses, status in ((False, 403), (True, 200)):
        token = access_token_create(user=ana, name=f"{bypasses}", bypasses_two_factor=bypasses)
        assert ApiClient(ana, token=token).get("rooms.get").status_code == status


def test_users_of_other_roles_and_protected_ones_notice_nothing(client: Client, ana: User) -> None:
    bot: User = UserFactory()
    bot.groups.set(Group.objects.filter(name="bot"))
    client.force_login(bot, backend=BACKEND)
    assert client.get("/rooms/").status_code == 200
    email_factor_of(ana)
    client.force_login(ana, backend=BACKEND)
    assert client.get("/rooms/").status_code == 200
    SignInSettings(email_codes=False).save()
    assert client.get("/rooms/")["Location"] == "/account/security/"
    SignInSettings.objects.update_or_create(defaults={"second_factors": False})
    assert client.get("/rooms/").status_code == 200


def test_roles_are_changed_in_the_api_and_the_administration(client: Client) -> None:
    admin = administrator()
    api = ApiClient(admin)
    created = api.post("roles.create", name="treasurer", mandatory2fa=True).json()["role"]
    assert created["mandatory2fa"] is True
    listed = {role["name"]: role["mandatory2fa"] for role in api.get("roles.list").json()["roles"]}
    assert (listed["treasurer"], listed["user"]) == (True, False)
    changed = api.post("roles.update", roleId="treasurer", mandatory2fa=False).json()["role"]
    assert changed["mandatory2fa"] is False
    of_room = api.post("roles.update", roleId="owner", mandatory2fa=True)
    assert of_room.json()["errorType"] == "error-action-not-allowed"
    client.force_login(admin, backend=BACKEND)
    role = Group.objects.get(name="treasurer")
    path = f"/admin/auth/group/{role.pk}/change/"
    assert 'name="requires_second_factor"' in client.get(path).content.decode()
    assert client.post(path, {"name": "treasurer", "requires_second_factor": "on"}).status_code == 302
    role.refresh_from_db()
    assert role.details.requires_second_factor


def test_no_event_stream_is_open_to_an_unprotected_account(client: Client, ana: User) -> None:
    client.force_login(ana, backend=BACKEND)
    key = client.session.session_key or ""
    stream = (ana.pk, key, ana.password)
    assert users_signed_in([key]) == {}
    assert ended_sign_ins([stream]) == {stream}
    second_factor_of(ana)
    assert users_signed_in([key]) == {key: ana}
    assert ended_sign_ins([stream]) == set()
