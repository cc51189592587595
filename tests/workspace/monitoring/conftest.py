from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.metrics import metrics_use


@pytest.fixture
def metrics(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Turn metrics on, in an empty folder."""
    yield from metrics_use(settings, tmp_path)
