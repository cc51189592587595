"""The working day of 10,000 people in ten minutes, with the troubles of a bad one.

    DATABASE_URL=postgres://... REDIS_URL=redis://... .venv/bin/python bench/endurance.py
        [--people 10000] [--minutes 10] [--messages 2] [--reads 2] [--sockets 500]

`--messages` and `--reads` are per person. One web process and one worker serve channels of 25 people and direct rooms;
some people are connected by sockets, which reconnect and change their presence. One device in a hundred has lost the
app. The gateway refuses everything for a while, and is silent for a while. In the middle, a new worker and then a new
web process replace the running ones, as docs/operate/upgrade.md describes.

At the end it waits until the queue is empty, and checks:

- Every message was accepted once, and decided; every notification has an end; every push that the database calls sent
  was accepted by the gateway, and none was accepted twice.
- Each process's memory (PSS) between 60 and 70 % of the time, compared with the last tenth: at most 5 % more.
- The time from the due time of a push to the gateway: 99 % within 2 seconds. Pushes that were due while the gateway was
  ill, or within 25 seconds after (an unanswered push waits for 20), are reported separately.

It also prints the processor time of the whole machine and of each part, and the size of rows, for
docs/operate/capacity.md. It exits with 1 if something was lost or doubled, or a target is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.api import cpu_time
from bench.memory import descendants, web_server
from bench.scaffold import BASE_DIR, analyze, database, gateway_process, worker_start

# isort: split
from django.conf import settings
from django.contrib.auth.models import Group
from django.utils import timezone
from knox.crypto import create_token_string, hash_token
from knox.models import AuthToken
from knox.settings import CONSTANTS, knox_settings

from bench.endurance_report import Watch, lateness_report, machine_cpu, memory_report, nothing_lost, row_sizes
from push.models import Decision, Device, Notification
from workspace.models import Room, RoomType, Subscription, User
from workspace.services.rooms import direct_key_of

CHANNEL_SIZE = 25
DIRECT_EACH = 2
# When, as shares of the day, and for how many seconds the gateway refuses everything or is silent.
REFUSING, SILENT, ILL_SECONDS = 0.2, 0.35, 10.0
DEPLOY = 0.5
RECOVERY_SECONDS = 25.0
# Online people are notified after two minutes.
DRAIN_SECONDS = 420.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--messages", type=float, default=2)
    parser.add_argument("--reads", type=float, default=2)
    parser.add_argument("--sockets", type=int, default=500)
    arguments = parser.parse_args()
    os.environ["API_RATE_LIMITING"] = "false"
    log = settings.DATA_DIR / "gateway.log"
    with database():
        day = fill(arguments)
        with gateway_process("flaky_gateway.py", str(log)) as process:
            is_good = live(day, arguments, process, log)
    sys.exit(0 if is_good else 1)


def fill(arguments: argparse.Namespace) -> dict[str, object]:
    """Create the people with their devices, tokens and rooms; returns what the load needs to know."""
    count = arguments.people
    people = User.objects.bulk_create([User(username=f"member{number}") for number in range(count)], 5_000)
    role, through = Group.objects.get(name="user"), User.groups.through
    through.objects.bulk_create([through(user_id=user.pk, group_id=role.pk) for user in people], 5_000)
    Device.objects.bulk_create(
        [
            Device(user=user, type="apn", token=f"{user.pk:064x}", token_digest=user.username, app_name="endurance")
            for user in people
        ],
        5_000,
    )
    tokens = [create_token_string() for _person in people]
    AuthToken.objects.bulk_create(
        [
            AuthToken(
                user=user,
                digest=hash_token(token),
                token_key=token[: CONSTANTS.TOKEN_KEY_LENGTH],
                expiry=timezone.now() + knox_settings.TOKEN_TTL,
            )
            for user, token in zip(people, tokens, strict=True)
        ],
        5_000,
    )
    channels = rooms_create(
        people,
        [random.sample(range(count), CHANNEL_SIZE) for _room in range(count // 10)],
        RoomType.CHANNEL,
    )
    pairs = {tuple(sorted(random.sample(range(count), 2))) for _pair in range(count * DIRECT_EACH // 2)}
    direct = rooms_create(people, [list(pair) for pair in pairs], RoomType.DIRECT)
    analyze()
    return {
        "seconds": arguments.minutes * 60,
        "messages": round(arguments.messages * count),
        "reads": round(arguments.reads * count),
        "sockets": arguments.sockets,
        "people": [(user.public_id, token) for user, token in zip(people, tokens, strict=True)],
        "channels": channels,
        "direct": direct,
    }


def rooms_create(people: list[User], members: list[list[int]], kind: RoomType) -> list[tuple[str, list[int]]]:
    """Create a room for each list of members (places in the list of people), and return their ids and members."""
    rooms = Room.objects.bulk_create(
        [
            Room(
                type=kind,
                name="" if kind == RoomType.DIRECT else f"channel{number}",
                direct_key=direct_key_of([people[place] for place in places]) if kind == RoomType.DIRECT else None,
                creator=people[places[0]],
                members_count=len(places),
            )
            for number, places in enumerate(members)
        ],
        5_000,
    )
    Subscription.objects.bulk_create(
        [
            Subscription(room=room, user=people[place])
            for room, places in zip(rooms, members, strict=True)
            for place in places
        ],
        5_000,
    )
    return [(room.public_id, places) for room, places in zip(rooms, members, strict=True)]


def live(
    day: dict[str, object], arguments: argparse.Namespace, gateway_process: subprocess.Popen[str], log: Path
) -> bool:
    """Live through the day, wait for the queue, and report; returns False if a target is missed."""
    seconds, watch, ill = arguments.minutes * 60, Watch(), list[tuple[float, float]]()
    with ExitStack() as stack:
        worker = worker_start()
        old_web = ExitStack()
        pid, port = old_web.enter_context(web_server())
        watch.pids = {"worker": worker.pid, "web": pid}
        threading.Thread(target=watch.run, daemon=True).start()
        stack.callback(watch.over.set)
        load = load_start({"port": port, **day})
        begun, busy = time.time(), machine_cpu()
        for share, number in ((REFUSING, signal.SIGUSR1), (SILENT, signal.SIGUSR2)):
            sleep_until(begun + share * seconds)
            gateway_process.send_signal(number)
            time.sleep(ILL_SECONDS)
            gateway_process.send_signal(signal.SIGHUP)
            ill.append((begun + share * seconds, time.time() + RECOVERY_SECONDS))
        sleep_until(begun + DEPLOY * seconds)
        worker = worker_replace(worker)
        pid, port = stack.enter_context(web_server())
        assert load.stdin
        load.stdin.write(f"{port}\n")
        load.stdin.flush()
        old_web.close()
        watch.pids = {"worker": worker.pid, "web": pid}
        deployed = time.time()
        outcome = json.loads(load.stdout.read() if load.stdout else "")
        load.wait()
        busy = machine_cpu() - busy
        used = {"web": cpu_time(pid), "worker": sum(map(cpu_time, (worker.pid, *descendants(worker.pid))))}
        watch.over.set()
        drained = wait_until_empty()
        worker.terminate()
        worker.wait()
    print(
        f"{arguments.people:,} people, {arguments.minutes:g} minutes; deploy {deployed - begun:.0f} s after the start"
    )
    print(
        f"load: {outcome['outcome']}; call p50 {outcome['seconds']['p50'] * 1000:.0f} ms,"
        f" p99 {outcome['seconds']['p99'] * 1000:.0f} ms"
    )
    print(f"queue empty {drained:.0f} s after the last message")
    part = ", ".join(f"{name} since the deploy {seconds_used:.0f} s" for name, seconds_used in used.items())
    print(f"processor time of the machine: {busy:.0f} s ({busy / seconds / (os.cpu_count() or 1):.0%}); {part}")
    print(f"bytes per row with indexes: {row_sizes()}")
    results = [
        nothing_lost(outcome["outcome"], round(arguments.messages * arguments.people), log),
        lateness_report(log, ill),
        *(memory_report(watch, name, begun, seconds) for name in ("worker", "web")),
    ]
    return all(results)


def load_start(day: dict[str, object]) -> subprocess.Popen[str]:
    """Start the process that does what people do."""
    process = subprocess.Popen(
        [sys.executable, str(BASE_DIR / "bench" / "working_day.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write(json.dumps(day) + "\n")
    process.stdin.flush()
    return process


def worker_replace(worker: subprocess.Popen[str]) -> subprocess.Popen[str]:
    """Start a new worker, and stop the one before as an upgrade does."""
    new = worker_start()
    worker.terminate()
    worker.wait()
    return new


def sleep_until(at: float) -> None:
    time.sleep(max(0.0, at - time.time()))


def wait_until_empty() -> float:
    """Wait until everything is decided and ended, for a limited time; returns the seconds it took."""
    begun = time.monotonic()
    while Decision.objects.filter(decided_at=None).exists() or Notification.objects.filter(finished_at=None).exists():
        if time.monotonic() - begun > DRAIN_SECONDS:
            break
        time.sleep(0.5)
    return time.monotonic() - begun


if __name__ == "__main__":
    main()
