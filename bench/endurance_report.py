"""What `bench/endurance.py` measures and reports: memory, processor time, lateness, and what was lost or doubled."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.flaky_gateway import OK, is_removed
from bench.memory import descendants, pss
from bench.scaffold import percentiles

# isort: split
from django.db import connection
from django.db.models import Count

from push.content.options import identity_of
from push.models import Answer, Attempt, Decision, Device, Notification, State
from workspace.models import Message

MEMORY_SECONDS = 5.0
# The parts of the day whose memory is compared.
EARLY, LATE = (0.6, 0.7), (0.9, 1.0)
GROWTH_LIMIT, LATENESS_LIMIT = 0.05, 2.0


@dataclass
class Watch:
    """The memory of some processes over time, in MB, by name."""

    pids: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Measure until the end of the day."""
        while not self.over.wait(MEMORY_SECONDS):
            for name, pid in list(self.pids.items()):
                try:
                    size = sum(pss(process) for process in (pid, *descendants(pid)))
                except (OSError, StopIteration):
                    continue
                self.sizes[name].append((time.time(), size))

    def growth(self, name: str, begun: float, seconds: float) -> tuple[float, float]:
        """Return the average size in the two compared parts of the day."""
        early, late = (
            [size for at, size in self.sizes[name] if share[0] <= (at - begun) / seconds <= share[1]]
            for share in (EARLY, LATE)
        )
        return sum(early) / max(1, len(early)), sum(late) / max(1, len(late))


def machine_cpu() -> float:
    """Return the seconds of processor time that the whole machine has used since it started."""
    user, nice, system, _idle, _wait, *interrupts = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:8])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def row_sizes() -> dict[str, int]:
    """Return the bytes per row, with indexes, of the tables that grow with each message."""
    sizes = {}
    with connection.cursor() as cursor:
        for model in (Message, Decision, Notification, Attempt):
            cursor.execute("SELECT pg_total_relation_size(%s)", [model._meta.db_table])
            sizes[model._meta.model_name or ""] = cursor.fetchone()[0] // max(1, model._default_manager.count())
    return sizes


@dataclass(frozen=True)
class Push:
    """A push as the gateway received it."""

    at: float
    identity: str
    token: str
    status: int


def pushes_read(log: Path) -> Iterator[Push]:
    """Yield the pushes that reached the gateway, in order."""
    for line in log.read_text().splitlines():
        at, identity, token, status, _text = (line + " ").split(" ", 4)
        yield Push(float(at), identity, token, int(status))


def nothing_lost(outcome: dict[str, int], messages: int, log: Path) -> bool:
    """Report what was lost or doubled; returns True if nothing was."""
    accepted = Counter(push.identity for push in pushes_read(log) if push.status == OK)
    sent = {
        identity_of(notification, device)
        for notification, device in Attempt.objects.filter(answer=Answer.ACCEPTED).values_list(
            "notification_id", "device_id"
        )
    }
    ends = Notification.objects.values_list("channel", "state", "reason").annotate(count=Count("pk")).order_by()
    faults = {
        "messages not accepted": messages - outcome.get("posted", 0),
        "messages not stored": messages - Message.objects.filter(public_id__startswith="endurance").count(),
        "messages undecided": Decision.objects.filter(decided_at=None).count(),
        "notifications without an end": Notification.objects.filter(finished_at=None).count(),
        "sent, but not accepted by the gateway": len(sent - accepted.keys()),
        "accepted by the gateway, but not recorded": len(accepted.keys() - sent),
        "accepted twice": sum(1 for count in accepted.values() if count > 1),
        "given up": Notification.objects.filter(state=State.FAILED).exclude(reason="no_device").count(),
    }
    gone = sum(1 for token in Device.objects.values_list("token", flat=True) if is_removed(token))
    print(
        f"notifications: {list(ends)}; accepted by the gateway: {len(accepted):,}; devices without the app left: {gone}"
    )
    print(f"lost or doubled: {faults}", flush=True)
    return not any(faults.values())


def lateness_report(log: Path, ill: list[tuple[float, float]]) -> bool:
    """Report how long after their due time pushes reached the gateway; returns True if the target is met."""
    first: dict[str, float] = {}
    for push in pushes_read(log):
        first.setdefault(push.identity, push.at)
    late: dict[bool, list[float]] = {True: [], False: []}
    rows = (
        Attempt.objects.filter(number=1)
        .exclude(device=None)
        .values_list("notification_id", "device_id", "notification__due_at", "notification__first_due_at")
    )
    for notification, device, due_at, first_due_at in rows.iterator():
        at, due = first.get(identity_of(notification, device)), min(due_at, first_due_at or due_at).timestamp()
        if at is not None:
            late[any(start <= due <= end for start, end in ill)].append(at - due)
    for is_ill, name in ((False, "healthy gateway"), (True, "gateway refusing or silent")):
        if late[is_ill]:
            median, worst = percentiles(late[is_ill])
            print(
                f"lateness, {name}: {len(late[is_ill]):,} pushes, p50 {median * 1000:.0f} ms, p99 {worst * 1000:.0f} ms"
            )
    return percentiles(late[False])[1] <= LATENESS_LIMIT


def memory_report(watch: Watch, name: str, begun: float, seconds: float) -> bool:
    """Report the growth of a process's memory; returns True if the target is met."""
    early, late = watch.growth(name, begun, seconds)
    print(f"memory of the {name}: {early:.0f} MB, then {late:.0f} MB ({late / early - 1:+.1%})")
    return late / early - 1 <= GROWTH_LIMIT
