"""Settings of a worker that a test starts as a process: the product's own, on the test run's part of the broker.

With `TEST_CLOCK`, the system's clock is as many seconds ahead as that file says at each moment. With `TEST_POISON`, a
push whose text holds that word kills the process that builds it. Each push names the process that sends it.
"""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from workspace.config.settings import *  # noqa: F403

Q_CLUSTER["name"] = os.environ["TEST_CLUSTER"]  # noqa: F405
CACHES["default"]["KEY_PREFIX"] = os.environ["TEST_CLUSTER"]  # noqa: F405


def clock_set_by(file: Path) -> None:
    """Let the whole process believe that its system's clock is ahead by what the file says."""
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
