"""Passkeys and the set-up of an authenticator app in a browser, with Chromium's virtual authenticator."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from tests.factories import UserFactory
from tests.second_factors import app_code
from workspace.models import PendingSecondFactor, User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
SignIn = Callable[[User, str], Page]
PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def authenticator(context: BrowserContext, page: Page) -> tuple[CDPSession, str]:
    """Give the page a device with passkeys; return the session that controls it, and its id."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
    return session, added["authenticatorId"]


def signed_out(context: BrowserContext, page: Page) -> None:
    """Leave the site, whose pages would complain, and forget the session."""
    page.goto("about:blank")
    context.clear_cookies()


def test_a_passkey_is_added_named_used_and_removed(context: BrowserContext, sign_in: SignIn) -> None:
    ana = UserFactory(username="ana", name="Ana Silva")
    page = sign_in(ana, "/account/security/")
    session, device = authenticator(context, page)
    page.get_by_label("Name of the new passkey").fill("Ana's phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("The passkey was added.")).to_be_visible()
    # The device refuses a second one for the same account.
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("This device has a passkey for your account already.")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Old phone")
    page.get_by_role("button", name=re.compile("^Rename")).click()
    expect(page.get_by_text("The passkey was renamed.")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Old phone")

    signed_out(context, page)
    page.goto("/sign-in/?next=/account/security/")
    session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This did not work.")).to_be_visible()
    session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/account/security/")
    expect(page.get_by_text("Last used")).to_be_visible()

    page.get_by_role("link", name=re.compile("^Remove.*Old phone")).click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The passkey was removed.")).to_be_visible()
    signed_out(context, page)
    page.goto("/sign-in/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This passkey is not known here.")).to_be_visible()


def test_an_app_is_set_up_and_the_recovery_codes_are_downloaded(sign_in: SignIn) -> None:
    page = sign_in(UserFactory(username="ana", name="Ana Silva"), "/account/")
    page.get_by_role("link", name="Security").click()
    page.get_by_role("button", name="Set up an authenticator app").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    page.get_by_label("Code").fill(app_code(PendingSecondFactor.objects.get().secret))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text("Your authenticator app is set up.")).to_be_visible()
    codes = page.locator(".page-codes code").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "recovery-codes.txt"
    assert set(codes) <= set(download.value.path().read_text().split())
    page.get_by_role("link", name="I have saved them").click()
    expect(page.get_by_text("12 unused")).to_be_visible()
