"""The settings screens in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, expect

from push.models import Notification, PushSettings
from push.sending.dispatching import due_dispatch
from push.services.fanout import pending_decide
from tests.factories import PASSWORD, DeviceFactory, RoomFactory, UserFactory, message_in
from tests.fakes.gateway import FakeGateway, Reply
from tests.in_flight import context_leave
from tests.keys import key_pem, rsa_key
from tests.push.conftest import gateway_connect
from workspace.models import GeneralSettings, MobileSettings, SettingChange, User
from workspace.services.rooms import members_add

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenAs = Callable[[User, str], Page]
SLUGS = ["accounts", "general", "mobile", "push", "setupwizard"]
ADMIN = "/admin/settings/"


@pytest.fixture
def rose(site: str) -> User:
    return UserFactory(username="rose", roles=("admin", "user"))


@pytest.fixture
def open_as(context: BrowserContext) -> OpenAs:
    """Return a function that opens a URL of the administration as an administrator."""

    def _open_as(user: User, address: str) -> Page:
        page = signed_in_page(context, user)
        page.goto(address)
        return page

    return _open_as


@pytest.fixture
def fake_gateway() -> Iterator[FakeGateway]:
    with FakeGateway() as fake:
        yield fake


def row(page: Page, setting_id: str) -> Locator:
    return page.locator(f"#{setting_id}")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def test_the_sidebar_links_to_each_screen_and_each_can_be_saved(open_as: OpenAs, rose: User) -> None:
    page = open_as(rose, ADMIN)
    for slug in SLUGS:
        page.locator(f"#nav-sidebar-apps a[href='{ADMIN}{slug}/']").click()
        page.wait_for_url(f"**{ADMIN}{slug}/")
        expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()
        save(page)
        expect(page.get_by_text("Nothing was changed.")).to_be_visible()
    assert not SettingChange.objects.exists()


def test_a_changed_default_changes_the_very_next_messages_verdict(open_as: OpenAs, rose: User) -> None:
    room, sender, member = RoomFactory(), UserFactory(), UserFactory()
    members_add(room=room, users=[sender, member])
    DeviceFactory(user=member)
    message_in(room, sender, "before")
    pending_decide()
    assert Notification.objects.filter(user=member, channel="push").count() == 1

    page = open_as(rose, f"{ADMIN}accounts/")
    page.get_by_label("Mobile Notifications Default Alert").select_option(label="Mentions")
    save(page)
    expect(page.get_by_text("1 setting saved.")).to_be_visible()
    expect(row(page, "Accounts_Default_User_Preferences_pushNotifications")).to_contain_text("Changed from default")

    message_in(room, sender, "after")
    pending_decide()
    assert Notification.objects.filter(user=member, channel="push").count() == 1


def test_fields_without_effect_are_disabled_until_their_requirement_is_met(open_as: OpenAs, rose: User) -> None:
    page = open_as(rose, f"{ADMIN}mobile/")
    after = page.get_by_label("Force Screen Lock After")
    inert = row(page, "Force_Screen_Lock_After").locator(".settings-input")
    expect(inert).to_have_js_property("inert", True)
    page.get_by_label("Force Screen Lock", exact=True).check()
    expect(inert).to_have_js_property("inert", False)
    after.fill("600")
    save(page)
    expect(page.get_by_text("2 settings saved.")).to_be_visible()
    assert MobileSettings.current().force_screen_lock_after == 600


def test_the_gateway_can_be_turned_off_though_nothing_is_registered(open_as: OpenAs, rose: User) -> None:
    page = open_as(rose, f"{ADMIN}push/")
    keys = row(page, "Push_apn_cert").locator(".settings-input")
    expect(keys).to_have_js_property("inert", True)
    page.get_by_label("Enable Gateway").uncheck()
    expect(keys).to_have_js_property("inert", False)
    save(page)
    expect(page.get_by_text("1 setting saved.")).to_be_visible()
    assert PushSettings.current().enable_gateway is False
    expect(page.get_by_text("Apple credentials")).to_be_visible()


def test_a_wrong_key_is_explained_at_its_focused_field(open_as: OpenAs, rose: User) -> None:
    PushSettings(enable_gateway=False).save()
    page = open_as(rose, f"{ADMIN}push/")
    page.get_by_label("APN token key (.p8)").fill(key_pem(rsa_key()))
    save(page)
    expect(row(page, "Push_apn_token_key")).to_contain_text("This is an RSA key, as certificates have")
    expect(page.get_by_label("APN token key (.p8)")).to_be_focused()
    expect(page.get_by_label("APN token key (.p8)")).to_have_value("")
    assert PushSettings.stored().apn_token_key == ""


def test_a_locked_setting_cannot_be_changed_and_shows_the_reason(
    open_as: OpenAs, rose: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERWRITE_SETTING_Site_Name", "Fixed name")
    page = open_as(rose, f"{ADMIN}general/")
    field = page.get_by_label("Site name")
    expect(field).to_be_disabled()
    expect(field).to_have_value("Fixed name")
    expect(row(page, "Site_Name")).to_contain_text("OVERWRITE_SETTING_Site_Name")


def test_a_value_is_reset_and_a_change_reverted(open_as: OpenAs, rose: User) -> None:
    page = open_as(rose, f"{ADMIN}general/")
    page.get_by_label("Site name").fill("Globe")
    save(page)
    row(page, "Site_Name").get_by_role("button", name="Reset to default").click()
    assert GeneralSettings.stored().site_name == "Globe"
    save(page)
    expect(page.get_by_text("1 setting saved.")).to_be_visible()
    row(page, "Site_Name").get_by_role("link", name="History").click()
    page.get_by_role("link", name="Revert… Site name").first.click()
    page.get_by_role("button", name="Yes, revert").click()
    expect(page.get_by_text("“Site name” was reverted to Globe.")).to_be_visible()
    assert GeneralSettings.current().site_name == "Globe"


def test_a_reset_is_staged_with_the_other_edits_and_can_be_cancelled(open_as: OpenAs, rose: User) -> None:
    GeneralSettings.objects.update(site_name="Globe")
    page = open_as(rose, f"{ADMIN}general/")
    note = page.get_by_role("status").filter(has_text="Unsaved changes")
    expect(note).to_be_hidden()
    members = page.get_by_label("Max room members before disabling all message notifications")
    members.fill("7")
    expect(note).to_be_visible()
    expect(row(page, "Notifications_Max_Room_Members")).to_contain_text("Not saved yet")
    row(page, "Site_Name").get_by_role("button", name="Reset to default").click()
    expect(page.get_by_label("Site name")).to_have_value("Callboard")
    expect(members).to_have_value("7")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_label("Site name")).to_have_value("Globe")
    expect(members).to_have_value("100")
    expect(note).to_be_hidden()
    assert not SettingChange.objects.exists()


def test_leaving_a_page_with_unsaved_changes_warns(open_as: OpenAs, rose: User) -> None:
    page = open_as(rose, f"{ADMIN}general/")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_label("Site name").fill("Globe")
    page.locator("#nav-sidebar-apps a[href='/admin/settings/push/']").click()
    expect(page.get_by_label("Site name")).to_have_value("Globe")
    assert asked == ["beforeunload"]
    page.get_by_label("Site name").fill("Callboard")
    page.locator("#nav-sidebar-apps a[href='/admin/settings/push/']").click()
    page.wait_for_url("**/push/")
    assert asked == ["beforeunload"]


def test_rejected_edits_remain_unsaved_in_the_form(open_as: OpenAs, rose: User) -> None:
    PushSettings(enable_gateway=False).save()
    page = open_as(rose, f"{ADMIN}push/")
    page.get_by_label("APN passphrase", exact=True).fill("open sesame")
    page.get_by_label("APN token key (.p8)").fill(key_pem(rsa_key()))
    save(page)
    expect(row(page, "Push_apn_token_key")).to_contain_text("This is an RSA key, as certificates have")
    expect(row(page, "Push_apn_passphrase")).to_contain_text("Not saved yet")
    expect(page.get_by_role("status").filter(has_text="Unsaved changes")).to_be_visible()
    save(page)
    expect(page.get_by_text("1 setting saved.")).to_be_visible()
    assert PushSettings.stored().apn_passphrase == "open sesame"


def test_the_enter_key_saves_and_resets_nothing(open_as: OpenAs, rose: User) -> None:
    GeneralSettings.objects.update(max_room_members=7)
    page = open_as(rose, f"{ADMIN}general/")
    page.get_by_label("Site name").fill("Globe")
    page.get_by_label("Site name").press("Enter")
    expect(page.get_by_text("1 setting saved.")).to_be_visible()
    assert GeneralSettings.stored().max_room_members == 7


def test_a_setting_a_person_and_nothing_are_found_as_you_type(open_as: OpenAs, rose: User) -> None:
    UserFactory(username="gallagher", name="Gall Agher")
    page = open_as(rose, "/admin/")
    page.keyboard.press("t")
    search = page.get_by_role("combobox", name="Search settings, people, rooms and pages")
    expect(search).to_be_focused()
    page.keyboard.type("gall")
    expect(page.get_by_role("option", name="Gall Agher")).to_be_visible()
    expect(page.get_by_role("option", name="Allow Save Media to Gallery")).to_be_visible()
    page.keyboard.type("xyz")
    expect(page.get_by_role("listbox")).to_contain_text("Nothing found for “gallxyz”.")
    search.fill("gallery")
    # The dashboard has lists of its own.
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mobile/#Allow_Save_Media_to_Gallery")
    expect(row(page, "Allow_Save_Media_to_Gallery")).to_be_in_viewport()


def test_the_letter_t_is_only_a_letter_in_a_field(open_as: OpenAs, rose: User) -> None:
    page = open_as(rose, f"{ADMIN}general/")
    page.get_by_label("Site name").fill("")
    page.get_by_label("Site name").press_sequentially("theatre")
    expect(page.get_by_label("Site name")).to_have_value("theatre")


def test_keys_without_effect_are_folded_until_they_have_one_or_are_linked(open_as: OpenAs, rose: User) -> None:
    page = open_as(rose, f"{ADMIN}push/")
    key = page.get_by_label("APN token key (.p8)")
    expect(key).to_be_hidden()
    page.get_by_role("navigation", name="Sections of this page").get_by_role("link", name="Privacy").click()
    expect(page.get_by_role("heading", name="Privacy")).to_be_in_viewport()
    page.get_by_label("Enable Gateway").uncheck()
    expect(key).to_be_visible()
    page.goto("about:blank")
    page.goto(f"{ADMIN}push/#Push_apn_token_key")
    expect(key).to_be_visible()


def test_a_closed_menu_section_stays_closed_and_the_menu_can_be_skipped(open_as: OpenAs, rose: User) -> None:
    page = open_as(rose, "/admin/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    people = page.locator("#nav-sidebar-apps a[href='/admin/workspace/user/']")
    page.locator("summary", has_text="People").press("Enter")
    expect(people).to_be_hidden()
    page.reload()
    expect(people).to_be_hidden()
    page.goto("/admin/workspace/user/")
    expect(people).to_be_visible()


def test_a_setting_is_changed_by_keyboard_alone(open_as: OpenAs, rose: User) -> None:
    page = open_as(rose, f"{ADMIN}mobile/")
    page.get_by_label("Allow Save Media to Gallery").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("History of “Allow Save Media to Gallery”")
    page.get_by_label("Quick replies").press("Enter")
    expect(page.get_by_text("1 setting saved.")).to_be_visible()
    assert MobileSettings.current().allow_save_media is False


@pytest.fixture
def worker() -> Iterator[None]:
    """Send what is due, like the worker, until the test ends."""
    ended = threading.Event()

    def work() -> None:
        from django.db import connection

        while not ended.wait(0.1):
            due_dispatch()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    ended.set()
    thread.join()


def test_a_test_push_is_reported_live_for_each_device(
    open_as: OpenAs, rose: User, fake_gateway: FakeGateway, worker: None
) -> None:
    gateway_connect(fake_gateway.address)
    good, dead, _unreachable = (DeviceFactory(user=rose) for _number in range(3))
    fake_gateway.script(dead.token, Reply(406))
    fake_gateway.script(_unreachable.token, Reply(503))
    page = open_as(rose, f"{ADMIN}push/")
    expect(page.get_by_text("responds in")).to_be_visible()
    page.get_by_role("button", name="Send a test push to my user").click()
    expect(page.get_by_text("1 of 3 devices accepted the push.")).to_be_visible()
    assert [item.get_attribute("data-state") for item in page.locator("[data-state]").all()] == [
        "accepted",
        "refused",
        "unreachable",
    ]
    assert good.token in [one.token for one in fake_gateway.accepted]


def test_no_screen_is_wider_than_a_phone(browser: Browser, site: str, rose: User) -> None:
    context = browser.new_context(base_url=site, viewport={"width": 375, "height": 800}, color_scheme="dark")
    page = signed_in_page(context, rose)
    for path in [*(f"{slug}/" for slug in SLUGS), "", "../search/?q=push", "history/"]:
        page.goto(f"{ADMIN}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == 375, path
        assert page.evaluate("document.documentElement.classList.contains('dark')"), path
    context_leave(context)


def test_a_setting_is_saved_without_scripts(browser: Browser, site: str, rose: User) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = signed_in_page(context, rose)
    page.goto(f"{ADMIN}mobile/")
    page.get_by_label("Force Screen Lock", exact=True).check()
    page.get_by_label("Force Screen Lock After").fill("60")
    save(page)
    expect(page.get_by_text("2 settings saved.")).to_be_visible()
    context_leave(context)


def signed_in_page(context: BrowserContext, user: User) -> Page:
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_label("Username or e-mail address").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_load_state()
    return page
