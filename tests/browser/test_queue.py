"""The page of the queue in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from push.models import State
from tests.admin_rows import administrator, notification_of
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_long_reasons_leave_the_rows_low_and_the_list_as_wide_as_its_page(
    site: str, sign_in: Callable[[User, str], Page]
) -> None:
    room, sender = RoomFactory(name="launch-2027-coordination"), UserFactory()
    member = UserFactory(username="ana", name="Ana Silva")
    for reason in ("not_registered", "terms_not_agreed", "not_connected"):
        notification_of(message_in(room, sender), member, State.DROPPED, reason=reason)
    page = sign_in(administrator(username="admin"), "/admin/push/notification/")
    page.set_viewport_size({"width": 1280, "height": 900})
    rows = page.locator("#result_list tbody tr").all()
    boxes = [row.bounding_box() for row in rows]
    assert len(boxes) == 3
    assert all(box and box["height"] <= 130 for box in boxes)
    assert page.locator("#result_list").evaluate("list => list.offsetWidth <= list.parentElement.clientWidth")
