"""Counts of several processes, in files that a scrape adds up."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.mmap_dict import MmapedDict

from tests.metrics import recorded
from workspace.monitoring.metrics import files, labels
from workspace.monitoring.metrics.declarations import METRICS, Counter, Histogram, ProcessGauge, current_recorder

COUNTER, GAUGE, HISTOGRAM = "test_events_total", "test_open", "test_duration_seconds"


@pytest.fixture(autouse=True)
def _declared(metrics: None) -> Any:
    yield
    for name in (COUNTER, GAUGE, HISTOGRAM):
        METRICS.pop(name, None)


def other_process(monkeypatch: pytest.MonkeyPatch, pid: int) -> None:
    """Count as if this were another process. Real processes are in test_port.py and in the tests of the worker."""
    monkeypatch.setattr(os, "getpid", lambda: pid)


def paths() -> list[str]:
    recorder = current_recorder()
    assert recorder is not None
    return sorted(path.name for path in recorder.files.folder.glob("*.db"))


def test_processes_are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "is_running", lambda _pid: True)
    events = Counter(COUNTER, "Events.", ("kind",))
    for pid, amount in ((1001, 2), (1002, 5), (1001, 1)):
        other_process(monkeypatch, pid)
        events.add("a", amount=amount)
    assert recorded(COUNTER, kind="a") == 8
    assert paths() == ["counter_1001.db", "counter_1002.db"]


def test_counts_of_ended_processes_remain_and_their_files_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "is_running", lambda pid: pid == 1003)
    events, durations, gauge = Counter(COUNTER, "Events."), Histogram(HISTOGRAM, "Times."), ProcessGauge(GAUGE, "Open.")
    for pid in (1001, 1002, 1003):
        other_process(monkeypatch, pid)
        events.add(amount=10)
        durations.observe(0.2, count=3)
        gauge.set(4)
        assert recorded(COUNTER) == 10 * (pid - 1000)
    assert (recorded(COUNTER), recorded(f"{HISTOGRAM}_count")) == (30, 9)
    assert recorded(f"{HISTOGRAM}_sum") == pytest.approx(1.8)
    # An open connection of a process ends with it.
    assert recorded(GAUGE) == 4
    ended = ["counter_1003.db", "counter_ended.db", "gauge_livesum_1003.db", "histogram_1003.db", "histogram_ended.db"]
    assert paths() == ended


def test_a_histogram_has_all_buckets_from_the_beginning() -> None:
    durations = Histogram(HISTOGRAM, "Times.", ("route",), buckets=(0.1, 1.0, float("inf")))
    durations.observe(0.1, "/a")
    durations.observe(5.0, "/a", count=2)
    buckets = {limit: recorded(f"{HISTOGRAM}_bucket", le=limit) for limit in ("0.1", "1.0", "+Inf")}
    assert buckets == {"0.1": 1, "1.0": 1, "+Inf": 3}


def test_threads_lose_no_counts() -> None:
    events = Counter(COUNTER, "Events.")
    threads = [threading.Thread(target=lambda: [events.add() for _ in range(200)]) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert recorded(COUNTER) == 1000


def test_nothing_is_counted_while_metrics_are_off(settings: Any, tmp_path: Path) -> None:
    settings.METRICS_TOKEN = ""
    Counter(COUNTER, "Events.").add()
    assert not (tmp_path / "metrics").exists()


def test_label_values_beyond_the_limit_become_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(labels.LIMITS, "app", 3)
    events = Counter(COUNTER, "Events.", ("app",))
    for number in range(20):
        events.add(f"org.example.{number % 10}")
        if number == 10:
            # Another process has the same limit and the same values.
            current_recorder.forget()
    kept = {f"org.example.{number}": recorded(COUNTER, app=f"org.example.{number}") for number in range(10)}
    assert {name for name, count in kept.items() if count} == {f"org.example.{number}" for number in range(3)}
    assert recorded(COUNTER, app="other") == 14


def test_a_full_disk_costs_counts_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    events = Counter(COUNTER, "Events.", ("kind",))
    events.add("a")
    monkeypatch.setattr(os, "posix_fallocate", full)
    monkeypatch.setattr(MmapedDict, "_init_value", full)
    events.add("b")
    assert (recorded(COUNTER, kind="a"), recorded(COUNTER, kind="b")) == (1, 0)


def test_a_file_grows_in_allocated_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FILE_SIZE", 4096)
    monkeypatch.setattr(labels, "LIMIT", 1000)
    events = Counter(COUNTER, "Events.", ("kind",))
    for number in range(200):
        events.add(f"kind-{number}")
    recorder = current_recorder()
    assert recorder is not None
    (file,) = recorder.files.folder.glob("counter_*.db")
    assert recorded(COUNTER) == 200
    assert file.stat().st_blocks * 512 >= file.stat().st_size > 4096


def test_what_an_earlier_version_counted_is_not_shown() -> None:
    Counter(COUNTER, "Events.", ("kind",)).add("a")
    Counter(COUNTER, "Events, counted differently.", ("sort",)).add("a")
    assert recorded(COUNTER) == 1
    del METRICS[COUNTER]
    assert recorded(COUNTER) == 0


def test_folders_of_hosts_that_are_gone_are_deleted(tmp_path: Path) -> None:
    for name, age in (("gone", 8 * 86_400), ("here", 60)):
        folder = tmp_path / "metrics" / name
        folder.mkdir(parents=True)
        lock = folder / "lock"
        lock.touch()
        os.utime(lock, (lock.stat().st_mtime - age,) * 2)
    Counter(COUNTER, "Events.").add()
    assert not (tmp_path / "metrics" / "gone").exists()
    assert (tmp_path / "metrics" / "here").exists()


def test_only_the_owner_can_read_the_files() -> None:
    Counter(COUNTER, "Events.").add()
    recorder = current_recorder()
    assert recorder is not None
    assert {path.stat().st_mode & 0o077 for path in recorder.files.folder.glob("*.db")} == {0}
