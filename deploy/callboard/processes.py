"""`callboard run`: prepares the database, then runs the web server and the worker together."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence

from honcho.manager import Manager

from callboard.command import STOPPED_BY_USER
from callboard.place import IS_INSTALLED, PROGRAM, listen_address


def run(_options: Sequence[str]) -> int:
    """Run both processes until one ends or a signal arrives; returns the exit code."""
    listen = ":".join(listen_address())
    started_with = "callboard run" if IS_INSTALLED else "make run"
    setup = [*PROGRAM, "setup", "--listen", listen, "--started-with", started_with]
    prepared = subprocess.run(setup, check=False)  # noqa: S603 - this program itself
    if prepared.returncode:
        return prepared.returncode
    manager = Manager()
    for name, command in (("web", "runweb"), ("worker", "runworker")):
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        manager.add_process(name, shlex.join([*PROGRAM, command]), env=environment)
    manager.loop()
    code: int = manager.returncode
    return 0 if code == STOPPED_BY_USER else code
