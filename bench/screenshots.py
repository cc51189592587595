"""Takes the pictures of every page for users in docs/images/, light, dark and narrow: `make screenshots`.

And of the administration's pages that documents show: what explains a notification, the workspace's connection with
its cloud, and the console of a cloud, which is served from the same data as one of its own.

A demo workspace of its own is set up, filled, served and looked at with the system's Chromium. WebP keeps each picture
under 100 kB.
"""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[1]
IMAGES = BASE_DIR / "docs" / "images"
LARGEST = 100_000
QUALITY = 82


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


DIRECTORY = tempfile.mkdtemp(prefix="callboard-pictures-")
PORT, CLOUD_PORT = free_port(), free_port()
SITE, CLOUD_SITE = f"http://127.0.0.1:{PORT}", f"http://127.0.0.1:{CLOUD_PORT}"
for name in ("DATABASE_URL", "REDIS_URL"):
    os.environ.pop(name, None)
os.environ |= {"DATA_DIR": DIRECTORY, "PORT": str(PORT), "SITE_URL": SITE, "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}
os.environ["DJANGO_SETTINGS_MODULE"] = "workspace.config.settings"
sys.path.insert(0, str(BASE_DIR))

import django

django.setup()

from django.core.management import call_command
from django.urls import reverse
from filled_cloud import cloud_fill
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from preferences.services.accounts import account_preferences_save, highlight_words_set
from preferences.services.quiet import quiet_hours_save
from preferences.services.rooms import room_preferences_save, sender_ignore
from preferences.unsubscribe_links import unsubscribe_url
from push.models import Device
from push.sending.dispatching import due_dispatch
from push.services.demo import PASSWORD
from push.services.devices import device_register
from push.services.fanout import pending_decide
from push.services.testing import device_test_start
from workspace.models import Room, RoomType, User
from workspace.services.messages import message_post
from workspace.services.reading import room_mark_read
from workspace.services.rooms import direct_room_open, room_create, room_join

MODES = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 375, "height": 800}, "color_scheme": "light"},
}
# As much as shows where the way through the rules begins, and all of a workspace's usage.
HEIGHTS = {"explain": 1200, "subscription": 1300, "console-workspace": 2150}
STRANGERS = {"sign-in": "/sign-in/", "password-reset": "/password/"}
CONNECTION = {"connectivity": "/admin/connectivity/", "subscription": "/admin/subscription/"}
CONSOLE = {
    "console": "/admin/",
    "console-workspaces": "/admin/cloud/registeredworkspace/",
    "console-apps": "/admin/push/gatewayapp/",
    "console-traffic": "/admin/traffic/",
}


def fill() -> tuple[dict[str, str], dict[str, str]]:
    """Let the demo's people talk and choose; returns the pages' addresses by the pictures' names.

    Those for users, as Ana sees them, and those for administrators.
    """
    admin, ana, bob = (User.objects.get(username=name) for name in ("admin", "ana", "bob"))
    general, operations = Room.objects.get(name="general"), Room.objects.get(name="operations")
    Room.objects.filter(pk=general.pk).update(topic="What everybody should know")
    for name in ("design", "launch-2027", "kitchen"):
        room = room_create(creator=admin, name=name)
        if name != "kitchen":
            room_join(user=ana, room=room)
    room_create(creator=bob, name="release-crew", type=RoomType.PRIVATE, members=[ana])
    direct = direct_room_open(creator=bob, others=[ana])
    said = [
        (admin, general, "Good morning! The new rota is up: https://example.org/rota"),
        (bob, general, "Thanks. `deploy-42` is green, we can go at ten."),
        (ana, general, "I am on call today."),
    ]
    *_before, own = [message_post(sender=sender, room=room, text=text) for sender, room, text in said]
    question = message_post(sender=bob, room=general, text="Who can take the 14:00 slot?")
    message_post(sender=ana, room=general, text="I can, if it ends by three.", parent=question)
    message_post(sender=bob, room=general, text="It does. Thank you!", parent=question)
    room_mark_read(user=ana, room=general)
    news = message_post(sender=bob, room=general, text="@ana the slot moved to 14:30, is that all right?")
    call = message_post(sender=admin, room=general, text="@all The office closes at 16:00 today.")
    message_post(sender=admin, room=operations, text="Backups finished.")
    message_post(sender=bob, room=direct, text="Lunch at twelve?")
    device = device_register(user=ana, type="apn", app_name="chat.rocket.reactnative", token="0" * 64)
    account_preferences_save(user=ana, push="mentions")
    highlight_words_set(user=ana, words=["deploy", "incident"])
    quiet_hours_save(
        user=ana, choice="own", hours="mon-fri 22:00-07:00\nsat,sun 00:00-09:00", lets_mentions_through=True
    )
    room_preferences_save(subscription=operations.subscriptions.get(user=ana), push="all", sound="ding")
    kept = general.subscriptions.get(user=ana)
    room_preferences_save(subscription=kept, group_mentions_muted=True, email="nothing")
    sender_ignore(subscription=operations.subscriptions.get(user=ana), sender=bob)
    while pending_decide():
        pass
    of_users = {
        "home": "/",
        "rooms": "/rooms/",
        "channels": "/rooms/channels/",
        "new-room": "/rooms/new/",
        "room": "/channel/general",
        "thread": f"/threads/{question.public_id}/",
        "profile": "/account/",
        "preferences": "/account/preferences/",
        "devices": "/account/devices/",
        "quiet-hours": "/account/quiet-hours/",
        "room-choices": "/account/rooms/",
        "password": "/account/password/",
        "room-preferences": f"/rooms/{general.public_id}/preferences/",
        "phone": "/phone/",
        "device-remove": reverse("device-remove", args=[device.public_id]),
        "address-remove": reverse("address-delete", args=[ana.emails.get().pk]),
        "message-edit": reverse("message-change", args=[own.public_id]),
        "message-delete": reverse("message-remove", args=[own.public_id]),
        "room-leave": reverse("room-exit", args=[general.public_id]),
        "unsubscribe": unsubscribe_url(ana).removeprefix(SITE),
        "why": f"/why/?message={news.public_id}",
        "why-chart": f"/why/?message={call.public_id}#rule-group_mentions_muted",
    }
    return of_users, {"explain": f"/admin/explain/?message={call.public_id}&user=ana"}


def test_sent() -> int:
    """Send a test push to Ana's device, through the gateway that the workspace is connected to; returns its key."""
    test = device_test_start(device=Device.objects.get(user__username="ana", type="apn"))
    due_dispatch()
    return test.pk


@contextmanager
def served(port: int, **environment: str) -> Iterator[None]:
    """Serve the workspace, or what the environment makes of it, until the pictures are taken."""
    command = [sys.executable, "-m", "uvicorn", "workspace.config.asgi:application"]
    command += ["--http", "workspace.server.protocol:BoundedProtocol"]
    site = f"http://127.0.0.1:{port}"
    values = {**os.environ, "PORT": str(port), "SITE_URL": site, **environment}
    server = subprocess.Popen([*command, "--port", str(port), "--log-level", "warning"], cwd=BASE_DIR, env=values)
    try:
        for _look in range(200):
            try:
                urllib.request.urlopen(f"{site}/push/info").close()
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


def signed_in(browser: Browser, mode: str, username: str, *, site: str = SITE, first: str = "/") -> BrowserContext:
    """Return a browser of a mode in which somebody has signed in; `first` is the page that this leads to."""
    # What asks for the permission stays away where it is given.
    context = browser.new_context(base_url=site, reduced_motion="reduce", permissions=["notifications"], **MODES[mode])
    page = context.new_page()
    page.goto("/sign-in/" if first == "/" else first)
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}{first}")
    page.close()
    return context


def pictures(context: BrowserContext, mode: str, addresses: dict[str, str]) -> None:
    """Take the pictures of pages in a mode."""
    for name, address in addresses.items():
        page = context.new_page()
        if name in HEIGHTS:
            page.set_viewport_size({"width": MODES[mode]["viewport"]["width"], "height": HEIGHTS[name]})
        picture(page, address, f"{name}-{mode}")
        page.close()


def question(context: BrowserContext, mode: str) -> None:
    """Take the picture of what is asked before several rooms are changed at once, which no address leads to."""
    page = context.new_page()
    page.goto("/account/rooms/")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_label("Change the chosen rooms to").select_option(label="Mobile: Mentions")
    page.get_by_role("button", name="Change", exact=True).click()
    page.get_by_role("button", name="Change them").wait_for()
    picture_taken(page, f"room-choices-change-{mode}")
    page.close()


def picture(page: Page, address: str, name: str) -> None:
    """Take the picture of one page."""
    page.goto(address)
    picture_taken(page, name)


def picture_taken(page: Page, name: str) -> None:
    """Take the picture of what the page shows; raises AssertionError for one that is too large a file."""
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(200)
    client = page.context.new_cdp_session(page)
    taken = client.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    data = base64.b64decode(taken["data"])
    assert len(data) < LARGEST, f"{name}: {len(data)} bytes"
    (IMAGES / f"{name}.webp").write_bytes(data)


def main() -> None:
    """Set the workspace up, and take every picture."""
    call_command("setup")
    of_users, of_administrators = fill()
    chromium = shutil.which("chromium")
    with served(PORT), served(CLOUD_PORT, ROLES="cloud"), sync_playwright() as playwright:
        shown = cloud_fill()
        of_users["test-push"] = reverse("device-test-result", args=[test_sent()])
        console = {**CONSOLE, "console-workspace": f"/admin/cloud/registeredworkspace/{shown.pk}/change/"}
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for mode, options in MODES.items():
            stranger = browser.new_context(base_url=SITE, **options)
            for name, address in STRANGERS.items():
                picture(stranger.new_page(), address, f"{name}-{mode}")
            ana = signed_in(browser, mode, "ana")
            pictures(ana, mode, of_users)
            question(ana, mode)
            pictures(signed_in(browser, mode, "admin"), mode, {**of_administrators, **CONNECTION})
            pictures(signed_in(browser, mode, "admin", site=CLOUD_SITE, first="/admin/"), mode, console)
        browser.close()
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    print(f"{len(list(IMAGES.glob('*.webp')))} pictures in {IMAGES}")


if __name__ == "__main__":
    main()
