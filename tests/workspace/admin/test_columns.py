"""Formatting of values."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workspace.admin.columns import json_block, label, masked_secret, time_cell


@pytest.mark.parametrize(
    ("secret", "shown"),
    [("", "–"), ("short", "••••••"), ("123456789012", "••••••"), ("1234567890123", "••••••890123")],
)
def test_a_secret_shows_its_end_only_if_it_is_long(secret: str, shown: str) -> None:
    assert masked_secret(secret) == shown


def test_a_time_is_shown_with_seconds() -> None:
    assert "2026-03-02 12:34:56" in time_cell(datetime(2026, 3, 2, 12, 34, 56, tzinfo=UTC))
    assert time_cell(None) == "–"


def test_labels_and_json_are_escaped() -> None:
    assert "<b>" not in label("<b>")
    assert "<b>" not in json_block({"title": "<b>"})
