"""The command line: `run`, `runweb` and `checkweb`, and the management commands."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Sequence

from callboard import place

USAGE = """\
callboard run        prepares the database, and runs the web server and the worker until Ctrl-C
callboard runweb     runs the web server; options of uvicorn may follow
callboard checkweb   exits with 0 if the web server on this machine responds; --ready: if it can serve users
callboard COMMAND    runs a management command, such as setup, setupcode or runworker

"""
# The exit code of a program that was stopped with Ctrl-C.
STOPPED_BY_USER = 130
# Imported when they are used: checks are run often, and must be quick.
COMMANDS = {
    "run": "callboard.processes:run",
    "runweb": "callboard.web:run_web",
    "checkweb": "callboard.checks:check_web",
}
MANAGE = "callboard.management:manage"


def main() -> None:
    """Run the command in `sys.argv`, and exit with its code."""
    place.enter()
    name, options = next(iter(sys.argv[1:]), "help"), sys.argv[2:]
    if name in {"help", "--help", "-h"} and not options:
        # Django's list of the management commands follows.
        sys.stdout.write(USAGE)
    try:
        sys.exit(execute(name, options))
    except KeyboardInterrupt:
        sys.exit(STOPPED_BY_USER)


def execute(name: str, options: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    if name in COMMANDS:
        code: int = pkgutil.resolve_name(COMMANDS[name])(options)
    else:
        code = pkgutil.resolve_name(MANAGE)([name, *options])
    return code
