"""The lists of features that the server does not have."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NO_PAGE = {"count": 0, "offset": 0, "total": 0, "success": True}
LISTS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("emoji-custom.list", {}, {"emojis": {"update": [], "remove": []}, "success": True}),
    ("emoji-custom.list", {"updatedSince": "2026-01-01T00:00:00Z"}, {"emojis": {"update": [], "remove": []}}),
    ("emoji-custom.all", {}, {**NO_PAGE, "emojis": []}),
    ("custom-user-status.list", {"name": "lunch"}, {**NO_PAGE, "statuses": []}),
    ("custom-sounds.list", {"count": 50}, {**NO_PAGE, "sounds": []}),
    ("commands.list", {}, {**NO_PAGE, "commands": [], "appsLoaded": True}),
    ("e2e.fetchMyKeys", {}, {"success": True}),
    ("e2e.getUsersOfRoomWithoutKey", {"rid": "GENERAL"}, {"users": [], "success": True}),
    ("banners", {"platform": "mobile"}, {"banners": [], "success": True}),
    ("banners.getNew", {"platform": "web", "bid": "x"}, {"banners": [], "success": True}),
    ("banners/x", {"platform": "web"}, {"banners": [], "success": True}),
]
ERRORS: list[tuple[str, dict[str, Any], str]] = [
    ("emoji-custom.list", {"updatedSince": "yesterday"}, 'must match format "date-time" [invalid-params]'),
    ("commands.get", {}, "must have required property 'command' [invalid-params]"),
    ("commands.get", {"command": "giphy"}, "There is no command in the system by the name of: giphy"),
    ("e2e.getUsersOfRoomWithoutKey", {}, "must have required property 'rid' [invalid-params]"),
    ("banners", {}, "must have required property 'platform' [invalid-params]"),
    ("banners", {"platform": "watch"}, "must be equal to one of the allowed values [invalid-params]"),
    ("video-conference.capabilities", {}, "no-videoconf-provider-app"),
    ("autotranslate.getSupportedLanguages", {"targetLanguage": "de"}, "AutoTranslate is disabled."),
]


@pytest.mark.parametrize(("name", "query", "expected"), LISTS, ids=[name for name, _query, _expected in LISTS])
def test_the_list_is_empty(name: str, query: dict[str, Any], expected: dict[str, Any]) -> None:
    assert ApiClient(UserFactory()).get(name, **query).json() == {"success": True, **expected}


@pytest.mark.parametrize(("name", "query", "expected"), ERRORS)
def test_errors_are_worded_as_clients_expect(name: str, query: dict[str, Any], expected: str) -> None:
    assert failure(ApiClient(UserFactory()).get(name, **query)) == expected


def test_no_banner_can_be_dismissed() -> None:
    api = ApiClient(UserFactory())
    assert failure(api.post("banners.dismiss", bannerId="x")) == "Banner not found"
    assert failure(api.post("banners.dismiss")) == "must have required property 'bannerId' [invalid-params]"
    assert ApiClient().post("banners.dismiss", bannerId="x").json() == NOT_SIGNED_IN


@pytest.mark.parametrize("name", sorted({name for name, _query, _expected in [*LISTS, *ERRORS]}))
def test_strangers_are_asked_to_sign_in(name: str) -> None:
    response = ApiClient().get(name)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)


@pytest.mark.parametrize(
    ("name", "key"), [("settings.oauth", "services"), ("service.configurations", "configurations")]
)
def test_nobody_signs_in_through_other_services(name: str, key: str) -> None:
    assert ApiClient().get(name).json() == {key: [], "success": True}
