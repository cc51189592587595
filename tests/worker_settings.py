"""Settings of a worker that a test starts as a process: the product's own, on the test run's part of the broker."""

import os

from workspace.config.settings import *  # noqa: F403

Q_CLUSTER["name"] = os.environ["TEST_CLUSTER"]  # noqa: F405
CACHES["default"]["KEY_PREFIX"] = os.environ["TEST_CLUSTER"]  # noqa: F405
