"""chat.getMessageReadReceipts and chat.getDiscussions: features that do not exist here"""

from __future__ import annotations

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import RoomType

pytestmark = pytest.mark.django_db


def test_there_are_no_read_receipts() -> None:
    message = message_in(RoomFactory(), user := UserFactory())
    response = ApiClient(user).get("chat.getMessageReadReceipts", messageId=message.public_id)
    assert failure(response) == "This is an enterprise feature [error-action-not-allowed]"
    assert ApiClient().get("chat.getMessageReadReceipts", messageId=message.public_id).json() == NOT_SIGNED_IN


def test_there_are_no_discussions() -> None:
    room = RoomFactory(type=RoomType.PRIVATE, members=[user := UserFactory()])
    body = ApiClient(user).get("chat.getDiscussions", roomId=room.public_id).json()
    assert body == {"messages": [], "count": 0, "offset": 0, "total": 0, "success": True}
    assert failure(ApiClient(UserFactory()).get("chat.getDiscussions", roomId=room.public_id)) == "error-not-allowed"
    assert ApiClient().get("chat.getDiscussions", roomId=room.public_id).json() == NOT_SIGNED_IN
