"""docs/methods.md, and what the table of methods promises."""

from __future__ import annotations

import re

from django.core.management import call_command

from tests.cases import for_each
from workspace.api.methods.calls import endpoint_of
from workspace.api.methods.documentation import methods_page
from workspace.api.methods.registry import Method, endpoints_of, methods

# The methods that clients of the original call.
EXPECTED = re.findall(
    r"\S+",
    """
    login logout logoutCleanUp license:getModules getUserRoles UserPresence:online UserPresence:away
    UserPresence:setDefaultStatus setUserStatus loadSurroundingMessages loadNextMessages getThreadMessages readThreads
    getRoomByTypeAndName stream-notify-room public-settings/get private-settings/get permissions/get subscriptions/get
    rooms/get loadHistory loadMissedMessages getRoomRoles getRoomById readMessages sendMessage updateMessage
    deleteMessage saveNotificationSettings saveUserPreferences followMessage unfollowMessage ignoreUser joinRoom
    leaveRoom hideRoom openRoom createDirectMessage raix:push-update raix:push-setuser getRoomIdByNameOrId
    getRoomNameById setReaction starMessage pinMessage unpinMessage reportMessage toggleFavorite spotlight
    getUsersOfRoom browseChannels getMessages createChannel createPrivateGroup addUsersToRoom archiveRoom unarchiveRoom
    eraseRoom saveRoomSettings getSingleMessage messageSearch getChannelHistory removeUserFromRoom muteUserInRoom
    unmuteUserInRoom addRoomOwner removeRoomOwner addRoomModerator removeRoomModerator addRoomLeader removeRoomLeader
    saveUserProfile removeOtherTokens saveSetting saveSettings registerUser sendForgotPasswordEmail
    """,
)


def test_the_page_in_the_repository_is_up_to_date() -> None:
    assert call_command("writedocs", "methods", "--check") == "docs/methods.md is up to date."


def test_every_method_is_in_the_page() -> None:
    page = methods_page()
    assert not [name for name in methods() if f"| `{name}`" not in page]


def test_the_methods_that_clients_call_exist() -> None:
    assert not [name for name in EXPECTED if name not in methods()]


@for_each("method", methods().values())
def test_a_method_is_described_and_names_existing_endpoints(method: Method) -> None:
    assert method.description
    assert all(endpoint_of(name).view.rate for name in method.endpoints)


def test_endpoints_for_rooms_of_several_types_are_written_in_one() -> None:
    assert endpoints_of("GET channels|im.members") == ("GET channels.members", "GET im.members")
    assert endpoints_of("POST login") == ("POST login",)
    assert endpoints_of("") == ()
