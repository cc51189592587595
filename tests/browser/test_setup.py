"""The set-up wizard from the code to the dashboard, with Apple's fake service."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from push.models import PushSettings
from push.selectors.setup.codes import setup_code
from push.selectors.setup.progress import progress_current
from push.sending.dispatching import due_dispatch
from tests.factories import DeviceFactory
from tests.fakes.apple import FakeApple
from tests.fakes.certificates import TokenKey
from workspace.models import GeneralSettings, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_new_installation_is_set_up_until_a_phone_rings(
    context: BrowserContext, site: str, settings: Any, fake_apple: FakeApple, token_key: TokenKey
) -> None:
    settings.SETUP_WIZARD, settings.SITE_URL = True, site
    page = context.new_page()

    def click(name: str) -> None:
        page.get_by_role("button", name=name, exact=True).click()

    page.goto("/")
    expect(page).to_have_url(f"{site}/setup/")
    page.get_by_label("Set-up code").fill("WRONG")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("E-mail address").fill("ada@theatre.example")
    page.get_by_label("Password").fill("tides turn at noon")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This is not the set-up code.")).to_be_visible()
    # The password was not lost.
    page.get_by_label("Set-up code").fill(setup_code(progress_current()))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Workspace", exact=True)).to_be_visible()
    expect(page.get_by_text("Your browser shows the same address.")).to_be_visible()
    expect(page.get_by_text(f"A request of this server to {site} arrived correctly.")).to_be_visible()
    page.get_by_label("Site name").fill("Theatre")
    click("Save and continue")

    page.get_by_label("With your own keys for Apple and Google").check()
    page.get_by_label("APN token key (.p8)").fill(token_key.key)
    page.get_by_label("APN token key id").fill("ABCDEFGHIJ")
    page.get_by_label("APN team id").fill(token_key.team_id)
    click("Save and continue")
    expect(page.get_by_text("Apple's push service refuses these keys")).to_be_visible()
    page.get_by_label("APN token key id").fill(token_key.key_id)
    click("Save and continue")
    expect(page.get_by_text("Apple's push service accepts the keys.")).to_be_visible()
    assert PushSettings.stored().apn_token_key_id == token_key.key_id

    expect(page.get_by_text("you do not need this step")).to_be_visible()
    click("Back")
    page.get_by_label("APN team id").fill("KLMNOPQRST")
    # The steps at the top remember what was entered, too.
    click("Mail server")
    click("Push notifications (done)")
    expect(page.get_by_label("APN team id")).to_have_value("KLMNOPQRST")
    click("Mail server")
    click("Send a test mail")
    expect(page.get_by_text("The mail server accepted the mail to ada@theatre.example.")).to_be_visible()
    click("Continue")

    expect(page.get_by_text("Waiting for your device.")).to_be_visible()
    DeviceFactory(user=User.objects.get(), name="Ada's phone")
    expect(page.get_by_text("Ada's phone")).to_be_visible()
    click("Send a test push")
    expect(page.locator('[data-state="waiting"]')).to_be_visible()
    due_dispatch()
    expect(page.locator('[data-state="accepted"]')).to_be_visible()
    assert len(fake_apple.accepted) == 2
    click("Continue")

    expect(page.get_by_role("heading", name="Everything is set up")).to_be_visible()
    click("Open the dashboard")
    expect(page).to_have_url(f"{site}/admin/")
    assert GeneralSettings.stored().site_name == "Theatre"
