"""users.delete and users.deleteOwnAccount"""

from __future__ import annotations

import hashlib

import pytest

from tests.admin_rows import staff
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import PASSWORD, RoomFactory, UserFactory, direct_room
from workspace.models import SignInSettings, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("digests_accepted")]

DIGEST = hashlib.sha256(PASSWORD.encode()).hexdigest()


@pytest.fixture(autouse=True)
def _administrator() -> None:
    UserFactory(roles=("admin",))


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


def exists(user: User) -> bool:
    return User.objects.filter(pk=user.pk).exists()


class TestDelete:
    @pytest.fixture
    def api(self) -> ApiClient:
        return ApiClient(staff("workspace.delete_user"))

    def test_an_account_is_deleted_with_its_direct_rooms(self, api: ApiClient, ana: User) -> None:
        room = direct_room(ana, UserFactory())
        body = api.post("users.delete", userId=ana.public_id).json()
        assert body == {"deletedRooms": [room.public_id], "success": True}
        assert not exists(ana)
        assert failure(ApiClient(UserFactory()).get("users.info", userId=ana.public_id)) == "User not found."
        assert failure(api.post("users.delete", username="ana")).endswith("[error-invalid-user]")
        assert ApiClient().post("login", user="ana", password=PASSWORD).json()["error"] == "Unauthorized"

    def test_ownership_must_be_given_up_expressly(self, api: ApiClient, ana: User) -> None:
        room = RoomFactory(name="stage", members=[ana, UserFactory()])
        room.subscriptions.filter(user=ana).update(is_owner=True)
        body = api.post("users.delete", username="ana").json()
        assert (body["errorType"], body["details"]["shouldChangeOwner"]) == ("user-last-owner", ["stage"])
        assert exists(ana)
        assert api.post("users.delete", username="ana", confirmRelinquish=True).status_code == 200

    def test_accounts_with_more_permissions_are_refused(self, api: ApiClient) -> None:
        admin = User.objects.get(groups__name="admin")
        assert failure(api.post("users.delete", userId=admin.public_id), 403).endswith("[error-unauthorized]")
        assert exists(admin)

    def test_the_permission_is_required(self, ana: User) -> None:
        answer = ApiClient(UserFactory()).post("users.delete", userId=ana.public_id)
        assert failure(answer, 403).endswith("[error-unauthorized]")
        assert ApiClient().post("users.delete", userId=ana.public_id).json() == NOT_SIGNED_IN
        assert exists(ana)

    def test_the_user_must_be_named(self, api: ApiClient) -> None:
        assert failure(api.post("users.delete")).endswith("[error-user-param-not-provided]")


class TestDeleteOwnAccount:
    NAME = "users.deleteOwnAccount"

    @pytest.fixture(autouse=True)
    def _allowed(self) -> None:
        SignInSettings(delete_own_account=True).save()

    def test_the_password_is_required(self, ana: User) -> None:
        api = ApiClient(ana)
        assert failure(api.post(self.NAME)) == 'Body parameter "password" is required.'
        assert failure(api.post(self.NAME, password="0" * 64)) == "Invalid password [error-invalid-password]"
        assert exists(ana)
        assert api.post(self.NAME, password=DIGEST.upper()).json() == {"deletedRooms": [], "success": True}
        assert not exists(ana)
        assert api.get("me").status_code == 401

    def test_the_workspace_must_allow_it(self, ana: User) -> None:
        SignInSettings.objects.update(delete_own_account=False)
        answer = ApiClient(ana).post(self.NAME, password=DIGEST)
        assert failure(answer) == "Not allowed [error-not-allowed]"
        assert exists(ana)

    def test_ownership_must_be_given_up_expressly(self, ana: User) -> None:
        RoomFactory(members=[ana]).subscriptions.update(is_owner=True)
        api = ApiClient(ana)
        assert api.post(self.NAME, password=DIGEST).json()["errorType"] == "user-last-owner"
        assert api.post(self.NAME, password=DIGEST, confirmRelinquish=True).status_code == 200

    def test_strangers_are_asked_to_sign_in(self) -> None:
        assert ApiClient().post(self.NAME, password=DIGEST).json() == NOT_SIGNED_IN
