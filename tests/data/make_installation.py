"""Makes the stored installation of an earlier version: see README.md in this folder.

It runs the checkout's own code: once to set it up and serve it, and once as `--fill` within its environment. The
functions that it calls are those of version 0.1.0; another version may need other calls.
"""

# mypy: ignore-errors

from __future__ import annotations

import gzip
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

HERE = Path(__file__).parent
# The test that reads the installation uses the same keys, to decrypt its secrets.
KEYS = {"SECRET_KEY": "stored-installation-signing", "ENCRYPTION_KEY": "stored-installation-encryption"}
WAIT_SECONDS = 120


def make(checkout: Path) -> Path:
    """Set up the installation, let it run, fill it, and return the compressed copy of its database."""
    python = checkout / ".venv" / "bin" / "python"
    asked = [python, "-c", "import workspace; print(workspace.__version__)"]
    version = subprocess.check_output(asked, cwd=checkout, text=True).strip()
    target = HERE / f"installation-{version}.sqlite3.gz"
    with TemporaryDirectory() as data, socket.create_server(("127.0.0.1", 0)) as reserved:
        port = str(reserved.getsockname()[1])
        reserved.close()
        environment = {
            **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")},
            **KEYS,
            "PATH": f"{python.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(checkout),
            "DJANGO_SETTINGS_MODULE": "workspace.config.settings",
            "DATA_DIR": data,
            "SITE_URL": f"http://127.0.0.1:{port}",
            "WEB_PORT": port,
            # Where nothing answers, so that the browser's push is tried again.
            "WEB_PUSH_PRIVATE_HOSTS": "127.0.0.1:8443",
            # Pushes are sent at once, however recently their members were online.
            "NOTIFY_DELAY_AWAY": "1",
        }
        subprocess.run([python, "manage.py", "setup"], cwd=checkout, env=environment, check=True)
        served = [
            subprocess.Popen(command, cwd=checkout, env=environment)
            for command in (
                [python.parent / "uvicorn", "workspace.config.asgi:application", "--port", port],
                [python, "manage.py", "worker"],
            )
        ]
        try:
            fill = [python, Path(__file__), "--fill"]
            subprocess.run([*fill, "running"], cwd=checkout, env=environment, check=True)
        finally:
            for process in reversed(served):
                process.send_signal(signal.SIGTERM)
            for process in served:
                process.wait(30)
        subprocess.run([*fill, "stopped"], cwd=checkout, env=environment, check=True)
        shutil.copyfile(Path(data) / "registration", target.with_name(f"registration-{version}.txt"))
        copy = Path(data) / "copy.sqlite3"
        connection = sqlite3.connect(Path(data) / "callboard.sqlite3")
        connection.execute("VACUUM INTO ?", [str(copy)])
        connection.close()
        with copy.open("rb") as plain, gzip.GzipFile(target, "wb", compresslevel=9, mtime=0) as compressed:
            shutil.copyfileobj(plain, compressed)
    return target


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until the running installation has done something."""
    pause, end = threading.Event(), time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"Not done after {WAIT_SECONDS} seconds: {what}")
        pause.wait(0.2)


def people() -> SimpleNamespace:
    from workspace.models import User

    return SimpleNamespace(**{user.username: user for user in User.objects.all()})


def fill_running() -> None:
    """Use the installation while its web process and worker run."""
    from cloud.services.joining import workspace_reconnect
    from cloud.services.requests import registration_token_make
    from django.utils import timezone

    from cloud.models import CloudConnection, InstalledLicence, OwnQuota, RegisteredWorkspace
    from cloud.services.offline import registration_file
    from cloud.services.plans import plan_change
    from cloud.services.sync import cloud_sync
    from preferences.services.accounts import account_preferences_save, highlight_words_set
    from preferences.services.quiet import quiet_hours_save
    from preferences.services.rooms import room_preferences_save, sender_ignore
    from push.models import Decision, Device, Notification
    from push.services.devices import SubscriptionKeys, device_register
    from push.services.testing import own_push_test
    from workspace.models import ChangeSource, Room, RoomType, Subscription
    from workspace.services.accounts import user_create
    from workspace.services.messages import message_delete, message_edit, message_post
    from workspace.services.presence import activity_report, status_set
    from workspace.services.rooms import direct_room_open, room_create, room_leave
    from workspace.services.settings import Origin, settings_save

    until(lambda: CloudConnection.objects.exclude(client_secret="").exists(), "the registration with the cloud")
    for number in range(6):
        user_create(username=f"member{number}", name=f"Member {number}", email=f"m{number}@callboard.example")
    user = people()
    members = [getattr(user, f"member{number}") for number in range(6)]
    general = Room.objects.get(name="general")
    stage = room_create(creator=user.admin, name="stage", members=[user.ana, user.bob, *members])
    backstage = room_create(creator=user.ana, name="backstage", type=RoomType.PRIVATE, members=[user.bob, user.admin])
    direct = direct_room_open(creator=user.ana, others=[user.bob])
    settings_save(
        values={"Accounts_Default_User_Preferences_pushNotifications": "all", "Push_show_username_room": False},
        origin=Origin(actor=user.admin, source=ChangeSource.ADMIN),
    )
    # Devices of each kind: the simulated phone's take pushes, the browser's push service does not exist.
    for owner in (user.admin, user.bob, *members):
        for kind, token in (("gcm", f"{'a' * 22}:APA91b{owner.username.ljust(134, 'x')}"), ("apn", f"{owner.pk:064x}")):
            device_register(
                user=owner,
                type=kind,
                app_name="callboard.phone",
                token=token,
                client_id=f"{kind}{owner.pk}",
                capabilities=["clear"],
            )
    device_register(
        user=user.ana,
        type="webpush",
        app_name="callboard.web",
        token="https://127.0.0.1:8443/subscription",
        keys=SubscriptionKeys(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg",
        ),
    )
    account_preferences_save(
        user=user.bob, desktop="mentions", push="all", client_choices={"emojis": True, "hideFlexTab": False}
    )
    account_preferences_save(user=user.bob, push="nothing", idle_limit=120)
    account_preferences_save(user=user.bob, push="all")
    highlight_words_set(user=user.bob, words=["curtain", "Straße"])
    highlight_words_set(user=user.bob, words=["curtain"])
    quiet_hours_save(user=user.member0, choice="own", hours="mon-sun 22:00-06:00", lets_mentions_through=True)
    of_bob = Subscription.objects.get(user=user.bob, room=stage)
    room_preferences_save(subscription=of_bob, push="all", audio="mentions")
    sender_ignore(subscription=of_bob, sender=user.member1)
    sender_ignore(subscription=of_bob, sender=user.member1, ignore=False)
    activity_report(user=user.member2, client="1")
    status_set(user=user.member3, status="busy", text="on stage")
    status_set(user=user.member3, status="online", text="")
    (own,) = RegisteredWorkspace.objects.all()
    plan_change(workspace=own, plan="premium", modules=["push-privacy"], actor=user.admin)
    registration_token_make(note="another workspace", actor=user.admin)
    cloud_sync()
    first = message_post(sender=user.ana, room=stage, text="@all the curtain rises at eight, @bob")
    message_post(sender=user.bob, room=stage, text="In the thread", parent=first)
    message_post(sender=user.ana, room=backstage, text="@bob, Straße closed")
    message_post(sender=user.bob, room=direct, text="On my way")
    changed = message_post(sender=user.ana, room=general, text="@bob and @member0, rehearsal?")
    until(lambda: not Decision.objects.filter(decided_at=None).exists(), "the decisions")
    message_edit(editor=user.ana, message=changed, text="@bob and @member1, rehearsal!")
    message_delete(deleter=user.ana, message=message_post(sender=user.ana, room=general, text="@bob never mind"))
    own_push_test(user.admin)
    pushes = Notification.objects.filter(channel="push", user=user.bob)
    until(lambda: pushes.exists() and not pushes.filter(finished_at=None).exists(), "the pushes to bob")
    until(lambda: not Decision.objects.filter(decided_at=None).exists(), "the decisions")
    Device.objects.filter(user=user.member5).first().delete()
    user.member5.is_active = False
    user.member5.save()
    room_leave(user=user.member4, room=stage)
    # As it is pasted into a workspace that cannot reach its cloud; it replaces the credentials.
    registration = registration_file(workspace=own, ends_at=timezone.now() + timedelta(days=30), actor=user.admin)
    (Path(os.environ["DATA_DIR"]) / "registration").write_text(registration)
    workspace_reconnect(blob=registration)
    cloud_sync()
    assert InstalledLicence.objects.exists()
    assert OwnQuota.objects.exists()


def fill_stopped() -> None:
    """Leave work behind: nothing runs, and a worker that dies stops between two parts of a room."""
    from push.models import Decision
    from push.rules import candidates
    from push.services import fanout
    from push.tasks import enqueue
    from workspace.models import ChangeSource, Message, Room
    from workspace.services.messages import message_delete, message_edit, message_post
    from workspace.services.settings import Origin, settings_save

    user = people()
    stage, general = Room.objects.get(name="stage"), Room.objects.get(name="general")
    candidates.LARGE_ROOM, fanout.PART = 1, 4
    # Decided in parts, of which one is done.
    message_post(sender=user.ana, room=stage, text="@all half decided, curtain")
    fanout.next_advance(fanout.pending())
    # Decided for those who can be reached, the others are not counted yet.
    prefix = "Accounts_Default_User_Preferences_"
    settings_save(
        values={f"{prefix}pushNotifications": "mentions", f"{prefix}desktopNotifications": "mentions"},
        origin=Origin(source=ChangeSource.COMMAND),
    )
    message_post(sender=user.ana, room=general, text="@bob only you")
    fanout.next_advance(fanout.pending().filter(message__room=general))
    # Not begun: a post, an edit and a deletion.
    message_post(sender=user.bob, room=general, text="@ana not decided")
    message_edit(editor=user.ana, message=Message.objects.get(text="@bob, Straße closed"), text="@bob, Straße open")
    message_delete(deleter=user.bob, message=Message.objects.get(text="On my way"))
    # What the worker would find in the broker.
    for task in ("decide", "count", "dispatch"):
        enqueue(task)
    states = Decision.objects.order_by("pk").values_list("message__text", "event", "decided_at", "position")
    sys.stdout.writelines(f"{state}\n" for state in states)


if __name__ == "__main__":
    if sys.argv[1] == "--fill":
        import django

        django.setup()
        {"running": fill_running, "stopped": fill_stopped}[sys.argv[2]]()
    else:
        sys.stdout.write(f"{make(Path(sys.argv[1]).resolve())}\n")
