"""Takes the screenshots of the documentation in docs/images/: `make screenshots`.

It sets up and fills a demo workspace, serves it (and the console of its cloud, from the same data), and opens the pages
with the system's Chromium. Each image is WebP and smaller than 100 kB, the animated one than 200 kB.
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
from typing import Any

BASE_DIR = Path(__file__).resolve().parents[1]
IMAGES = BASE_DIR / "docs" / "images"
MAX_BYTES = 100_000
QUALITY = 78
# The animation: how long the silent phone, each picture of the arriving push, and the phone with it are shown.
SILENT_MILLISECONDS, MOVING_MILLISECONDS, RESTING_MILLISECONDS = 1_800, 80, 3_500
MOVING_FRAMES = 5


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


DIRECTORY = tempfile.mkdtemp(prefix="callboard-screenshots-")
PORT, CLOUD_PORT = free_port(), free_port()
SITE, CLOUD_SITE = f"http://127.0.0.1:{PORT}", f"http://127.0.0.1:{CLOUD_PORT}"
for name in ("DATABASE_URL", "REDIS_URL"):
    os.environ.pop(name, None)
os.environ |= {"DATA_DIR": DIRECTORY, "PORT": str(PORT), "SITE_URL": SITE, "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}
os.environ["DJANGO_SETTINGS_MODULE"] = "workspace.config.settings"
sys.path.insert(0, str(BASE_DIR))

import django

django.setup()

from animated_webp import animated
from django.core.management import call_command
from filled_cloud import cloud_fill
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from cloud.models import CloudConnection
from cloud.services.registration import workspace_register
from preferences.services.accounts import account_preferences_save, highlight_words_set
from preferences.services.quiet import quiet_hours_save
from preferences.services.rooms import room_preferences_save, sender_ignore
from push.services.demo import PASSWORD
from push.services.devices import device_register
from push.services.fanout import pending_decide
from workspace.models import Message, Room, User
from workspace.services.messages import message_post
from workspace.services.reading import room_mark_read

WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
NARROW: dict[str, Any] = {"viewport": {"width": 375, "height": 800}, "color_scheme": "light"}
# Heights that show the beginning of the chart of the rules, and a workspace's complete usage.
HEIGHTS = {"explain": 1200, "subscription": 1300, "console-workspace": 2200}


def fill() -> Message:
    """Let the demo's users write messages and set preferences; returns an @all message that does not notify Ana."""
    admin, ana, bob = (User.objects.get(username=name) for name in ("admin", "ana", "bob"))
    general, operations = Room.objects.get(name="general"), Room.objects.get(name="operations")
    message_post(sender=admin, room=general, text="Good morning! The new rota is up: https://example.org/rota")
    message_post(sender=bob, room=general, text="Thanks. `deploy-42` is green, we can go at ten.")
    message_post(sender=ana, room=general, text="I am on call today.")
    room_mark_read(user=ana, room=general)
    message_post(sender=bob, room=general, text="@ana the slot moved to 14:30, is that all right?")
    call = message_post(sender=admin, room=general, text="@all The office closes at 16:00 today.")
    message_post(sender=admin, room=operations, text="Backups finished.")
    device_register(user=ana, type="apn", app_name="chat.rocket.reactnative", token="0" * 64)
    account_preferences_save(user=ana, push="mentions")
    highlight_words_set(user=ana, words=["deploy", "incident"])
    quiet_hours_save(
        user=ana, choice="own", hours="mon-fri 22:00-07:00\nsat,sun 00:00-09:00", lets_mentions_through=True
    )
    in_operations = operations.subscriptions.get(user=ana)
    room_preferences_save(subscription=in_operations, push="all", sound="ding")
    sender_ignore(subscription=in_operations, sender=bob)
    in_general = general.subscriptions.get(user=ana)
    room_preferences_save(subscription=in_general, group_mentions_muted=True, email="nothing")
    while pending_decide():
        pass
    return call


@contextmanager
def served(port: int, **environment: str) -> Iterator[None]:
    """Serve the installation on a port, with additional environment variables."""
    command = [sys.executable, "-m", "uvicorn", "workspace.config.asgi:application"]
    command += ["--http", "workspace.server.protocol:BoundedProtocol"]
    site = f"http://127.0.0.1:{port}"
    values = {**os.environ, "PORT": str(port), "SITE_URL": site, **environment}
    server = subprocess.Popen([*command, "--port", str(port), "--log-level", "warning"], cwd=BASE_DIR, env=values)
    try:
        for _attempt in range(200):
            try:
                urllib.request.urlopen(f"{site}/push/info").close()
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


@contextmanager
def worker_running() -> Iterator[None]:
    """Run a worker, without which the dashboard shows a warning. It also sends at once to users who are online.

    Their simulated phone is a page of the site, so they are.
    """
    command, environment = [sys.executable, "manage.py", "runworker"], {**os.environ, "NOTIFY_DELAY_ONLINE": "0"}
    worker = subprocess.Popen(command, cwd=BASE_DIR, env=environment, start_new_session=True)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()


def signed_in(
    browser: Browser, username: str, *, site: str = SITE, first: str = "/", options: dict[str, Any] = WIDE
) -> BrowserContext:
    """Return a browser context in which a user is signed in; `first` is the page after signing in."""
    # With the permission granted, the page does not show the bar that asks for it.
    context = browser.new_context(base_url=site, reduced_motion="reduce", permissions=["notifications"], **options)
    page = context.new_page()
    page.goto("/sign-in/" if first == "/" else first)
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{site}{first}")
    page.close()
    return context


def screenshots(context: BrowserContext, urls: dict[str, str]) -> None:
    """Take a screenshot of each URL, by image name."""
    for name, url in urls.items():
        page = context.new_page()
        if name in HEIGHTS:
            page.set_viewport_size({"width": WIDE["viewport"]["width"], "height": HEIGHTS[name]})
        page.goto(url)
        screenshot(page, name)
        page.close()


def credentials_picture(context: BrowserContext) -> None:
    """Take a screenshot of the address that a Matrix app needs, which the console shows once."""
    workspace, _credentials = workspace_register(unique_id="example-matrix", name="Example Chat", protocol="matrix")
    page = context.new_page()
    page.set_viewport_size({"width": WIDE["viewport"]["width"], "height": 420})
    page.goto(f"/admin/cloud/registeredworkspace/{workspace.pk}/act/gateway/")
    page.get_by_role("button", name="Create a gateway address").click()
    page.get_by_label("Address of pushers").wait_for()
    screenshot(page, "console-protocol")
    page.close()


def ringing_picture(context: BrowserContext) -> None:
    """Make the animated picture of Bob's simulated phone while a push of Ana's mention arrives."""
    page = context.new_page()
    for _attempt in range(60):
        page.goto("/phone/")
        # The worker connects the workspace to the gateway.
        if CloudConnection.objects.exists() and not page.get_by_text("No worker is running").is_visible():
            break
        time.sleep(1)
    # The script sets this state when it is ready for the click.
    page.locator("#connection[data-state=none]").wait_for()
    page.locator("[data-choose=apn]").click()
    page.get_by_text("Connected", exact=True).wait_for()
    page.wait_for_timeout(1_000)
    frames = [(frame(page), SILENT_MILLISECONDS)]
    ana, general = User.objects.get(username="ana"), Room.objects.get(name="general")
    message_post(sender=ana, room=general, text="@bob the stage is yours")
    page.get_by_text("the stage is yours").first.wait_for(timeout=60_000)
    frames += [(frame(page), MOVING_MILLISECONDS) for _number in range(MOVING_FRAMES)]
    page.wait_for_timeout(1_000)
    frames.append((frame(page), RESTING_MILLISECONDS))
    data = animated(frames)
    assert len(data) < 2 * MAX_BYTES, f"ringing: {len(data)} bytes"
    (IMAGES / "ringing.webp").write_bytes(data)
    page.close()


def frame(page: Page) -> bytes:
    """Return a picture of the page for the animation."""
    client = page.context.new_cdp_session(page)
    clip = {"x": 0, "y": 0, "width": WIDE["viewport"]["width"], "height": WIDE["viewport"]["height"], "scale": 0.6}
    image = client.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY, "clip": clip})
    return base64.b64decode(image["data"])


def screenshot(page: Page, name: str) -> None:
    """Save a screenshot of the page; raises AssertionError if the file is too large."""
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(200)
    client = page.context.new_cdp_session(page)
    image = client.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    data = base64.b64decode(image["data"])
    assert len(data) < MAX_BYTES, f"{name}: {len(data)} bytes"
    (IMAGES / f"{name}.webp").write_bytes(data)


def main() -> None:
    """Set up the workspace, and take every screenshot."""
    call_command("setup")
    call = fill()
    room = call.room.public_id
    with served(PORT), served(CLOUD_PORT, ROLES="cloud"), worker_running(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        # The licence that follows leaves the text out of pushes.
        ringing_picture(signed_in(browser, "bob"))
        workspace = cloud_fill()
        ana = {
            "preferences": "/account/preferences/",
            "room-preferences": f"/rooms/{room}/preferences/",
            "room-choices": "/account/rooms/",
        }
        admin = {
            "explain": f"/admin/explain/?message={call.public_id}&user=ana",
            "subscription": "/admin/subscription/",
        }
        console = {
            "console": "/admin/",
            "console-workspace": f"/admin/cloud/registeredworkspace/{workspace.pk}/change/",
        }
        screenshots(signed_in(browser, "ana"), ana)
        screenshots(signed_in(browser, "ana", options=NARROW), {"why-narrow": f"/why/?message={call.public_id}"})
        screenshots(signed_in(browser, "admin"), admin)
        operator = signed_in(browser, "admin", site=CLOUD_SITE, first="/admin/")
        screenshots(operator, console)
        credentials_picture(operator)
        browser.close()
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    print(f"{len(list(IMAGES.glob('*.webp')))} images in {IMAGES}")


if __name__ == "__main__":
    main()
