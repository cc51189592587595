"""users.setAvatar, users.resetAvatar and users.getAvatar"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.admin_rows import staff
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import UserFactory
from tests.pictures import gif, png
from workspace.models import SignInSettings, User
from workspace.services.people.pictures import avatar_set

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


def upload(api: ApiClient, content: bytes = png(), **fields: str) -> Any:
    image = SimpleUploadedFile("me.png", content, "image/png")
    return api.client.post("/api/v1/users.setAvatar", {"image": image, **fields}, headers=api.headers)


def picture_of(username: str) -> tuple[str, bytes]:
    answer = Client().get(f"/avatar/{username}?format=png&size=100")
    return answer["Content-Type"], answer.content


def test_an_uploaded_picture_is_shown_and_removed(ana: User) -> None:
    api = ApiClient(ana)
    assert "avatarETag" not in api.get("me").json()
    assert upload(api).json() == {"success": True}
    assert picture_of("Ana") == picture_of("@ana") == ("image/png", png())
    etag = api.get("me").json()["avatarETag"]
    assert api.get("users.info", username="ana").json()["user"]["avatarETag"] == etag
    upload(api, gif())
    assert api.get("me").json()["avatarETag"] != etag
    assert Client().get(f"/avatar/uid/{ana.public_id}")["Content-Type"] == "image/gif"
    assert api.post("users.resetAvatar").json() == {"success": True}
    assert picture_of("ana")[1] != gif()
    assert "avatarETag" not in api.get("me").json()


def test_a_picture_is_fetched_by_its_url(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workspace.api.users.pictures.picture_fetch", {"https://pictures.example/a.gif": gif()}.get)
    assert ApiClient(ana).post("users.setAvatar", avatarUrl="https://pictures.example/a.gif").status_code == 200
    assert picture_of("ana") == ("image/gif", gif())


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "The 'image' param is required"),
        ({"image": "text"}, "must be a file [invalid-params]"),
        ({"avatarUrl": "http://127.0.0.1/x"}, "Invalid avatar URL: http://127.0.0.1/x [error-avatar-invalid-url]"),
        ({"avatarUrl": "x" * 2049}, "must NOT have more than 2048 characters [invalid-params]"),
    ],
)
def test_invalid_requests_are_reported(ana: User, fields: dict[str, str], error: str) -> None:
    assert failure(ApiClient(ana).post("users.setAvatar", fields)) == error


@pytest.mark.parametrize("content", [b"<svg/>", b""])
def test_other_files_are_refused(ana: User, content: bytes) -> None:
    assert upload(ApiClient(ana), content).status_code == 400
    assert User.objects.get(pk=ana.pk).avatar_etag == ""


class TestOthers:
    @pytest.mark.parametrize("name", ["userId", "username"])
    def test_the_permission_is_required(self, ana: User, name: str) -> None:
        target = {name: ana.public_id if name == "userId" else "ana"}
        member, editor = ApiClient(UserFactory()), ApiClient(staff("workspace.edit_other_user_avatar"))
        assert failure(upload(member, **target), 403).endswith("[error-unauthorized]")
        assert failure(member.post("users.resetAvatar", target), 403).endswith("[error-unauthorized]")
        assert upload(editor, **target).status_code == 200
        assert picture_of("ana") == ("image/png", png())
        assert editor.post("users.resetAvatar", target).status_code == 200
        assert picture_of("ana")[1] != png()

    def test_accounts_with_more_permissions_are_refused(self) -> None:
        admin, editor = UserFactory(roles=("admin",)), ApiClient(staff("workspace.edit_other_user_avatar"))
        assert failure(upload(editor, userId=admin.public_id), 403).endswith("[error-unauthorized]")

    def test_an_unknown_user_is_reported(self) -> None:
        assert failure(upload(ApiClient(UserFactory()), userId="x")).endswith("[error-invalid-user]")


def test_pictures_may_be_fixed(ana: User) -> None:
    SignInSettings(avatar_change=False).save()
    assert failure(upload(ApiClient(ana))) == "Change avatar is not allowed [error-not-allowed]"
    assert failure(ApiClient(ana).post("users.resetAvatar")) == "Reset avatar is not allowed [error-not-allowed]"
    assert upload(ApiClient(staff("workspace.edit_other_user_avatar"))).status_code == 200


def test_the_address_of_a_picture_is_a_redirect(ana: User) -> None:
    answer = ApiClient().get("users.getAvatar", username="ana")
    assert (answer.status_code, answer["Location"]) == (307, answer.json())
    assert answer["Location"].endswith("/avatar/ana")
    assert ApiClient().get("users.getAvatar", userId=ana.public_id).status_code == 307
    assert failure(ApiClient().get("users.getAvatar", userId="x")).endswith("[error-invalid-user]")
    assert failure(ApiClient().get("users.getAvatar")).endswith("[error-user-param-not-provided]")


def test_a_picture_in_the_cache_of_a_client_is_not_sent_again(ana: User) -> None:
    avatar_set(user=ana, content=png())
    answer = Client().get("/avatar/ana")
    assert answer["Cache-Control"].startswith("public")
    assert Client().get("/avatar/ana", headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_strangers_are_asked_to_sign_in() -> None:
    assert upload(ApiClient()).json() == NOT_SIGNED_IN
    assert ApiClient().post("users.resetAvatar").json() == NOT_SIGNED_IN


class TestPage:
    @pytest.fixture
    def browser(self, ana: User) -> Client:
        client = Client()
        client.force_login(ana, backend="workspace.authentication.NameOrEmailBackend")
        return client

    def test_a_picture_is_uploaded_and_removed(self, browser: Client, ana: User) -> None:
        image = SimpleUploadedFile("me.png", png(), "image/png")
        assert "Your picture was saved." in browser.post("/account/picture/", {"image": image}, follow=True).text
        page = browser.get("/account/").text
        assert f"/avatar/ana?etag={User.objects.get(pk=ana.pk).avatar_etag}" in page
        assert "Your picture was removed." in browser.post("/account/picture/", {"remove": "1"}, follow=True).text
        assert "/avatar/ana?etag=" not in browser.get("/account/").text

    def test_other_files_are_refused(self, browser: Client) -> None:
        image = SimpleUploadedFile("me.png", b"<svg/>", "image/png")
        assert "Choose a PNG" in browser.post("/account/picture/", {"image": image}, follow=True).text
        assert browser.post("/account/picture/").status_code == 302

    def test_pictures_may_be_fixed(self, browser: Client) -> None:
        SignInSettings(avatar_change=False).save()
        assert "/account/picture/" not in browser.get("/account/").text
        assert browser.post("/account/picture/", {"remove": "1"}).status_code == 403
