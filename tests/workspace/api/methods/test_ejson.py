"""EJSON: JSON with dates."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from workspace.api.methods.ejson import ejson_parse, ejson_text, from_ejson, to_ejson
from workspace.api.objects import Timestamp

MOMENT = datetime(2026, 1, 31, 9, 15, 2, 123000, tzinfo=UTC)
DATE = {"$date": 1769850902123}


def test_dates_go_both_ways() -> None:
    value = {"ts": MOMENT, "list": [MOMENT, 1, None, True, "text"]}
    assert to_ejson(value) == {"ts": DATE, "list": [DATE, 1, None, True, "text"]}
    assert ejson_parse(ejson_text(value)) == value


def test_the_dates_of_api_objects_become_dates_and_other_texts_stay_texts() -> None:
    text = Timestamp().to_representation(MOMENT)
    assert json.dumps(text) == '"2026-01-31T09:15:02.123Z"'
    assert to_ejson([text, "2026-01-31T09:15:02.123Z"]) == [DATE, "2026-01-31T09:15:02.123Z"]


def test_objects_that_look_like_dates_are_escaped() -> None:
    value = {"attachment": {"$date": "x"}, "other": {"$type": "a", "$value": MOMENT}}
    encoded = to_ejson(value)
    assert encoded["attachment"] == {"$escape": {"$date": "x"}}
    assert from_ejson(encoded) == value
    assert from_ejson({"$escape": {"$date": 5}}) == {"$date": 5}


def test_objects_with_the_keys_of_a_date_and_others_are_ordinary() -> None:
    assert from_ejson({"$date": 5, "name": "x"}) == {"$date": 5, "name": "x"}
    assert from_ejson({"$date": True}) == {"$date": True}


@pytest.mark.parametrize(("milliseconds", "year"), [(8.64e15, 9999), (-8.64e15, 1), (10**400, 9999), (1.5, 1970)])
def test_dates_that_only_javascript_knows_become_the_nearest(milliseconds: float, year: int) -> None:
    assert from_ejson({"$date": milliseconds}).year == year


@pytest.mark.parametrize("text", ["", "{", "[NaN]", "[" * 100_000])
def test_malformed_texts_are_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r"Expecting|NaN|nested"):
        ejson_parse(text)
