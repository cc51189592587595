"""Settings of a worker process started by a test: those of the product, with the broker of the test run.

With `TEST_CLOCK`, the system clock is ahead by the number of seconds in that file. With `TEST_POISON`, a push with that
word in its text kills the process that builds it. Each push contains the process that sends it.
"""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from workspace.config.settings import *  # noqa: F403

Q_CLUSTER["name"] = os.environ["TEST_CLUSTER"]  # noqa: F405
CACHES["default"]["KEY_PREFIX"] = os.environ["TEST_CLUSTER"]  # noqa: F405


def clock_set_by(file: Path) -> None:
    """Shift the clock of the whole process by the number of seconds in the file."""
    from django.utils import timezone

    true_time = time.time

    def ahead() -> float:
        return float(file.read_text() or 0)

    time.time = lambda: true_time() + ahead()
    timezone.now = lambda: datetime.now(UTC) + timedelta(seconds=ahead())


INSTALLED_APPS += ["tests.fakes.signing.SigningConfig"]  # noqa: F405
if "TEST_CLOCK" in os.environ:
    clock_set_by(Path(os.environ["TEST_CLOCK"]))
if "TEST_POISON" in os.environ:
    INSTALLED_APPS += ["tests.fakes.poison.PoisonConfig"]
