"""Programs in JavaScript, written with the client packages from npm."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
DEADLINE = 30.0
INSTALL = "npm ci --ignore-scripts --prefix tests/clients"


def packages_check() -> None:
    """Fail with a helpful message if Node.js or the packages are missing."""
    if shutil.which("node") is None:
        pytest.fail("Node.js is missing, which the clients from npm need. Install nodejs and npm.")
    if not (HERE / "node_modules" / "ws").is_dir():
        pytest.fail(f"The clients from npm are missing. Install them: {INSTALL}")


class Program:
    """A running program. It takes the steps that the test names, and reports what it hears."""

    def __init__(self, name: str, url: str, *arguments: str) -> None:
        self.heard: list[tuple[str, Any]] = []
        self._ended = False
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            ["node", str(HERE / "programs" / name), url, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            with self._changed:
                self.heard.append(report_of(line))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def do(self, step: str, *arguments: Any) -> Any:
        """Take a step of the program and return its result; fails if it fails."""
        assert self._process.stdin
        with self._changed:
            before = len(self.heard)
        self._process.stdin.write(json.dumps({"step": step, "arguments": arguments}) + "\n")
        self._process.stdin.flush()
        kind, value = self._wait(lambda kind, value: kind in ("result", "failed"), before)
        assert kind == "result", f"{step}: {value}"
        return value

    def hear(self, event: str, matches: Callable[[Any], bool] = lambda value: True) -> Any:
        """Wait for a report of the program and return its value."""
        return self._wait(lambda kind, value: kind == event and matches(value), 0)[1]

    def _wait(self, matches: Callable[[str, Any], bool], start: int) -> tuple[str, Any]:
        def found() -> tuple[str, Any] | None:
            return next((report for report in self.heard[start:] if matches(*report)), None)

        with self._changed:
            self._changed.wait_for(lambda: found() or self._ended, DEADLINE)
            report = found()
        assert report is not None, f"The program has only reported: {self.heard[start:]}"
        return report

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(60)
        self._reader.join(60)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()


def report_of(line: str) -> tuple[str, Any]:
    """Return what a line reports; other lines are the output of packages."""
    try:
        report = json.loads(line)
        return report["report"], report["value"]
    except (ValueError, KeyError, TypeError):
        return "output", line.rstrip()
