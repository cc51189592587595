"""An open page reports the presence of its user."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from tests.factories import UserFactory
from workspace.models import ClientPresence, User
from workspace.selectors.presence import presence_of
from workspace.services.presence import CLOSING_TIME

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[User, str], Page]
# Playwright does not see the beacon that a browser sends when a page closes, so the test polls the database.
POLLS = 100
# Delays the beacon of the page until the test sends it.
HOLD_BEACON = """
navigator.sendBeacon = (url, body) => { window.sendHeld = () => fetch(url, { method: "POST", body }); };
"""


def test_a_page_reports_that_it_is_open_in_use_and_closing(sign_in: SignIn, site: str) -> None:
    ana = UserFactory(username="ana")
    page = sign_in(ana, "/")
    page.wait_for_load_state("networkidle")
    assert presence_of(ana).connection == "online"
    first = ClientPresence.objects.get()
    with page.expect_response("**/presence/"):
        page.mouse.move(100, 100)
        page.mouse.move(120, 120)
    used = ClientPresence.objects.get(pk=first.pk).last_active_at
    assert used is not None
    assert first.last_active_at is not None
    assert used > first.last_active_at
    page.goto("/phone/")
    is_left = ClientPresence.objects.filter(pk=first.pk, connected_until__lt=first.connected_until)
    for _poll in range(POLLS):
        if is_left.exists():
            return
        page.wait_for_timeout(50)
    pytest.fail("The page did not report that it was closing.")


def test_a_restored_page_is_open_even_if_its_beacon_arrives_late(sign_in: SignIn, site: str) -> None:
    page = sign_in(UserFactory(username="ana"), "/")
    page.wait_for_load_state("networkidle")
    page.evaluate(HOLD_BEACON)
    left = "dispatchEvent(new PageTransitionEvent('%s', {persisted: true}))"
    page.evaluate(left % "pagehide")
    with page.expect_response("**/presence/"):
        page.evaluate(left % "pageshow")
    assert page.evaluate("sendHeld().then(answer => answer.status)") == 204
    assert ClientPresence.objects.filter(connected_until__gt=timezone.now() + 2 * CLOSING_TIME).count() == 1
    assert ClientPresence.objects.count() == 2
