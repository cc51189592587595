"""Signing in with a second factor, and creating a webhook, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.admin_rows import administrator
from tests.factories import PASSWORD, RoomFactory
from tests.second_factors import second_factor_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_an_administrator_signs_in_with_a_code_and_creates_a_webhook(context: BrowserContext) -> None:
    admin = administrator(username="ada")
    factor = second_factor_of(admin)
    RoomFactory(name="alerts", members=[admin])
    page = context.new_page()
    page.goto("/admin/workspace/integration/add/")
    page.get_by_label("Username or e-mail address").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    code = page.get_by_label("Code")
    expect(code).to_be_focused()
    code.fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("This code is wrong or was used before.")).to_be_visible()
    page.get_by_label("Code").fill(factor.code(steps=1))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/integration/add/")
    page.locator("#id_name").fill("Grafana")
    page.locator("#id_channels").fill("#alerts")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The address is shown only once.")).to_be_visible()
    expect(page.locator("code", has_text="/hooks/")).to_have_count(1)
