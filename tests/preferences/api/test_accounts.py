"""`users.getPreferences`, `users.setPreferences`, and the preferences in `me`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from preferences.models import AccountPreferences, AccountsSettings, HighlightWord, QuietHours
from tests.admin_rows import staff
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import UserFactory
from workspace.models import User

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


# The properties of `data` in the chat server's schema of users.setPreferences.
CHAT_SERVER_KEYS = [
    *("newRoomNotification", "newMessageNotification", "clockMode", "useEmojis", "convertAsciiEmoji"),
    *("alsoSendThreadToChannel", "saveMobileBandwidth", "collapseMediaByDefault", "autoImageLoad"),
    *("emailNotificationMode", "unreadAlert", "masterVolume", "notificationsSoundVolume", "voipRingerVolume"),
    *("desktopNotifications", "pushNotifications", "enableAutoAway", "highlights", "showThreadsInMainChannel"),
    *("desktopNotificationRequireInteraction", "hideUsernames", "hideRoles", "displayAvatars", "hideFlexTab"),
    *("sendOnEnter", "language", "sidebarShowFavorites", "sidebarShowUnread", "sidebarSortby", "sidebarViewMode"),
    *("sidebarDisplayAvatar", "sidebarGroupByType", "muteFocusedConversations", "dontAskAgainList", "featuresPreview"),
    *("themeAppearence", "fontSize", "receiveLoginDetectionEmail", "notifyCalendarEvents", "idleTimeLimit"),
    *("omnichannelTranscriptEmail", "omnichannelTranscriptPDF", "omnichannelHideConversationAfterClosing"),
    *("enableMobileRinging", "mentionsWithSymbol"),
]


@pytest.fixture
def user() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def client(user: User) -> ApiClient:
    return ApiClient(user)


def saved(client: ApiClient, **data: Any) -> Any:
    response = client.post("users.setPreferences", {"data": data})
    assert response.status_code == 200, response.json()
    return response.json()["user"]["settings"]["preferences"]


class TestGetPreferences:
    def test_all_of_them_with_the_workspaces_defaults(self, client: ApiClient) -> None:
        body = client.get("users.getPreferences", userId="whatever").json()
        assert body == {
            "success": True,
            "preferences": {
                "desktopNotifications": "default",
                "desktopNotificationRequireInteraction": False,
                "pushNotifications": "default",
                "mobileNotifications": "default",
                "alwaysDisplayMobileNotifications": True,
                "emailNotificationMode": "mentions",
                "receiveLoginDetectionEmail": True,
                "unreadAlert": True,
                "enableAutoAway": True,
                "idleTimeLimit": 60,
                "newRoomNotification": "door",
                "newMessageNotification": "chime",
                "muteFocusedConversations": True,
                "notificationsSoundVolume": 100,
                "highlights": [],
                "language": "",
                "timeZone": "UTC",
                "utcOffset": 0,
                "quietHours": "default",
                "quietHoursLetMentionsThrough": False,
                "quietHoursPausedUntil": None,
            },
        }

    def test_they_follow_changes_of_the_workspaces_defaults(self, client: ApiClient) -> None:
        settings = AccountsSettings.stored()
        settings.email, settings.sound_volume = "nothing", 40
        settings.save()
        preferences = client.get("users.getPreferences").json()["preferences"]
        assert (preferences["emailNotificationMode"], preferences["notificationsSoundVolume"]) == ("nothing", 40)

    def test_an_unauthenticated_request_is_refused(self) -> None:
        response = ApiClient().get("users.getPreferences")
        assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)


class TestSetPreferences:
    def test_given_preferences_change_and_all_are_returned(self, client: ApiClient, user: User) -> None:
        preferences = saved(client, pushNotifications="nothing")
        assert (preferences["pushNotifications"], preferences["desktopNotifications"]) == ("nothing", "default")
        preferences = saved(client, desktopNotifications="mentions", mobileNotifications="all")
        assert (preferences["pushNotifications"], preferences["desktopNotifications"]) == ("all", "mentions")
        row = AccountPreferences.objects.get()
        assert (row.user, row.push, row.desktop) == (user, "all", "mentions")

    def test_the_response_has_the_format_that_clients_expect(self, client: ApiClient, user: User) -> None:
        body = client.post("users.setPreferences", {"userId": user.public_id, "data": {}}).json()
        assert body["success"] is True
        assert body["user"]["_id"] == user.public_id
        assert body["user"]["settings"]["preferences"] == client.get("users.getPreferences").json()["preferences"]

    @pytest.mark.parametrize(
        ("key", "value", "expected"),
        [
            ("emailNotificationMode", "nothing", "nothing"),
            ("desktopNotificationRequireInteraction", True, True),
            ("desktopNotificationRequireInteraction", "1", True),
            ("unreadAlert", "false", False),
            ("enableAutoAway", 0, False),
            ("idleTimeLimit", 300, 300),
            ("idleTimeLimit", "300", 300),
            ("notificationsSoundVolume", 0, 0),
            ("newMessageNotification", "none", "none"),
            ("receiveLoginDetectionEmail", False, False),
            ("muteFocusedConversations", False, False),
            ("enableMobileRinging", True, True),
            ("alsoSendThreadToChannel", "never", "never"),
            ("highlights", ["Deploy", "build"], ["Deploy", "build"]),
            ("language", "de", "de"),
            ("timeZone", "Asia/Kolkata", "Asia/Kolkata"),
            ("quietHours", "Mon-Fri 22:00-7:00", "mon-fri 22:00-07:00"),
            ("quietHours", "none", "none"),
            ("quietHoursLetMentionsThrough", True, True),
        ],
    )
    def test_every_kind_in_every_spelling(self, client: ApiClient, key: str, value: object, expected: object) -> None:
        assert saved(client, **{key: value})[key] == expected
        assert client.get("users.getPreferences").json()["preferences"][key] == expected

    @pytest.mark.parametrize(
        ("key", "value", "reset"),
        [
            ("pushNotifications", "all", "default"),
            ("unreadAlert", False, None),
            ("idleTimeLimit", 0, None),
            ("newMessageNotification", "beep", "default"),
            ("quietHours", "none", "default"),
            ("quietHoursLetMentionsThrough", True, None),
        ],
    )
    def test_default_or_null_restores_the_workspaces_default(
        self, client: ApiClient, key: str, value: object, reset: object
    ) -> None:
        before = client.get("users.getPreferences").json()["preferences"][key]
        saved(client, **{key: value})
        assert saved(client, **{key: reset})[key] == before
        assert not AccountPreferences.objects.exists()

    def test_a_pause_is_set_and_ended(self, client: ApiClient) -> None:
        with time_machine.travel(NOW, tick=False):
            until = (NOW + timedelta(hours=1)).isoformat()
            assert saved(client, quietHoursPausedUntil=until)["quietHoursPausedUntil"] == "2026-03-02T13:00:00.000Z"
            assert saved(client, quietHoursPausedUntil=None)["quietHoursPausedUntil"] is None
            assert not QuietHours.objects.exists()

    def test_an_offset_counts_only_if_the_user_has_not_chosen_a_time_zone(self, client: ApiClient) -> None:
        assert saved(client, utcOffset=3)["utcOffset"] == 3
        saved(client, timeZone="Asia/Kolkata")
        assert saved(client, utcOffset=3)["utcOffset"] == 5.5

    def test_client_preferences_are_saved(self, client: ApiClient) -> None:
        assert (
            saved(client, pushNotifications="mentions", useEmojis=True).items()
            >= {
                "pushNotifications": "mentions",
                "useEmojis": True,
            }.items()
        )
        kept = {
            "clockMode": 2,
            "sidebarViewMode": "condensed",
            "showMessageInMainThread": True,
            "dontAskAgainList": [{"action": "hideRoom", "label": "Hide room"}],
            "featuresPreview": [{"name": "quickReactions", "value": True}],
        }
        assert saved(client, **kept).items() >= kept.items()
        assert "clockMode" not in saved(client, clockMode=None)

    @pytest.mark.parametrize("key", CHAT_SERVER_KEYS)
    def test_no_key_of_the_chat_server_is_refused(self, client: ApiClient, key: str) -> None:
        response = client.post("users.setPreferences", {"data": {key: {"a wrong": "value"}}})
        assert "additional properties" not in failure(response)

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            ({"dontAskAgainList": [{"action": "a", "colour": "red"}]}, "must NOT have additional properties"),
            ({"featuresPreview": [{"name": "x" * 65}]}, "must NOT have more than 64 characters"),
            ({"pushNotifications": "sometimes"}, "must be equal to one of the allowed values"),
            ({"idleTimeLimit": 90_000}, "must be <= 86400"),
            ({"idleTimeLimit": "soon"}, "must be integer"),
            ({"unreadAlert": "perhaps"}, "must be boolean"),
            ({"theme": "dark"}, "must NOT have additional properties"),
            ({"timeZone": "Europe/Atlantis"}, "is not a known time zone"),
            ({"quietHours": "at night"}, "is not valid"),
            ({"highlights": "word"}, "must be array"),
            ([], "must be object"),
        ],
    )
    def test_an_invalid_value_is_reported_and_nothing_is_saved(
        self, client: ApiClient, data: Any, expected: str
    ) -> None:
        wrong = {"desktopNotifications": "nothing", **data} if isinstance(data, dict) else data
        response = client.post("users.setPreferences", {"data": wrong})
        assert expected in failure(response)
        assert response.json()["errorType"] == "invalid-params"
        assert not AccountPreferences.objects.exists()

    def test_data_is_required(self, client: ApiClient) -> None:
        expected = failure(client.post("users.setPreferences", {"userId": "x"}))
        assert expected == "must have required property 'data' [invalid-params]"

    def test_only_administrators_can_change_another_users_preferences(self, client: ApiClient, user: User) -> None:
        bob = UserFactory()
        body = {"userId": bob.public_id, "data": {"pushNotifications": "nothing"}}
        assert "error-unauthorized" in failure(client.post("users.setPreferences", body), 403)
        admin = ApiClient(UserFactory(roles=("admin",)))
        assert admin.post("users.setPreferences", body).json()["user"]["_id"] == bob.public_id
        assert AccountPreferences.objects.get().user == bob
        unknown = admin.post("users.setPreferences", {**body, "userId": "nobody"})
        assert "error-invalid-user" in failure(unknown)

    def test_account_managers_cannot_change_an_administrators_preferences(self) -> None:
        api = ApiClient(staff("workspace.change_user"))
        for user, status in ((UserFactory(roles=("admin",)), 403), (UserFactory(), 200)):
            body = {"userId": user.public_id, "data": {"pushNotifications": "nothing"}}
            assert api.post("users.setPreferences", body).status_code == status
        assert AccountPreferences.objects.count() == 1

    def test_given_words_replace_all_others(self, client: ApiClient) -> None:
        saved(client, highlights=["a", "b"])
        assert saved(client, highlights=["c"])["highlights"] == ["c"]
        assert HighlightWord.objects.count() == 1

    def test_an_unauthenticated_request_is_refused(self) -> None:
        assert ApiClient().post("users.setPreferences", {"data": {}}).status_code == 401


def test_me_contains_preferences_and_time_zone(client: ApiClient) -> None:
    saved(client, pushNotifications="nothing", timeZone="Asia/Kolkata")
    me = client.get("me").json()
    assert me["settings"]["preferences"] == client.get("users.getPreferences").json()["preferences"]
    assert me["utcOffset"] == 5.5
