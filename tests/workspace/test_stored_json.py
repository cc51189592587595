"""Reading JSON stored by another version."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import pytest

from tests.logs import logged
from tests.stored import UNREADABLE, other_versions
from workspace.stored_json import StoredValueError, stored_read, stored_write, value_or, value_read, value_write


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class Everything:
    text: str = "none"
    flag: bool = False
    number: int | None = None
    at: datetime | None = None
    day: date | None = None
    colour: Colour = Colour.RED
    keys: frozenset[int] = frozenset()
    pair: tuple[int | None, str] = (None, "")
    texts: tuple[str, ...] = ()
    counts: Mapping[str, dict[str, int]] = field(default_factory=dict)
    inner: Inner | None = None
    inners: list[Inner] = field(default_factory=list)
    anything: Any = None


FULL = Everything(
    text="a",
    flag=True,
    number=7,
    at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    day=date(2026, 3, 2),
    keys=frozenset({3, 1}),
    pair=(1, "b"),
    texts=("c",),
    counts={"push": {"busy": 2}},
    inner=Inner(1),
    inners=[Inner(2)],
    anything=[{}],
)


@dataclass(frozen=True)
class Needy:
    """One field without a default."""

    name: str
    number: int = 5


def test_what_is_written_is_read_as_it_was() -> None:
    stored = stored_write(FULL)
    assert stored["keys"] == [1, 3]
    assert stored["inner"] == {"number": 1}
    assert stored_read(Everything, stored) == FULL


@pytest.mark.parametrize(
    ("name", "stored"), [pytest.param(*case, id=case[0]) for case in other_versions(stored_write(FULL))]
)
def test_a_field_that_cannot_be_read_has_its_default_and_the_others_their_values(
    name: str, stored: dict[str, Any]
) -> None:
    read, lost = stored_read(Everything, stored), name.split()[-1]
    if name == "with an unreadable anything":
        assert read == replace(FULL, anything=UNREADABLE)
    elif name == "with an unknown field":
        assert read == FULL
    else:
        assert read == replace(FULL, **{lost: getattr(Everything(), lost)})


def test_an_unreadable_value_is_logged_without_its_content(caplog: pytest.LogCaptureFixture) -> None:
    stored_read(Everything, {"number": "a secret"})
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert logged(caplog, "stored.unreadable") == [{"name": "Everything.number", "problem": "expected int, not str"}]
    assert "a secret" not in caplog.text


def test_a_missing_field_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert stored_read(Everything, {}) == Everything()
    assert not caplog.records


@pytest.mark.parametrize("stored", [None, [], "text", 5])
def test_what_is_no_object_is_read_as_the_defaults(stored: object, caplog: pytest.LogCaptureFixture) -> None:
    assert stored_read(Everything, stored) == Everything()
    assert "no JSON object" in caplog.text


class TestRequiredFields:
    def test_a_missing_one_is_named(self) -> None:
        with pytest.raises(StoredValueError, match="The name of a stored Needy is missing"):
            stored_read(Needy, {"number": 1})

    def test_an_unreadable_one_is_named(self) -> None:
        with pytest.raises(StoredValueError, match="The name of a stored Needy is unreadable"):
            stored_read(Needy, {"name": UNREADABLE})

    def test_a_fallback_supplies_it_and_every_unreadable_one(self) -> None:
        assert stored_read(Needy, {"number": []}, fallback={"name": "x", "number": 9}.__getitem__) == Needy("x", 9)

    def test_a_fallback_is_not_asked_for_what_has_a_default(self) -> None:
        assert stored_read(Needy, {"name": "a"}, fallback={}.__getitem__) == Needy("a", 5)


def test_booleans_are_not_numbers() -> None:
    with pytest.raises(TypeError):
        value_read(int, True)


def test_a_tuple_of_another_length_is_unreadable() -> None:
    with pytest.raises(ValueError, match="zip"):
        value_read(tuple[int, str], [1])


def test_a_single_value_has_a_default_too(caplog: pytest.LogCaptureFixture) -> None:
    assert value_or(dict[str, int], {"a": 1}, {}, name="Decision.counts") == {"a": 1}
    assert value_or(dict[str, int], {"a": "b"}, {}, name="Decision.counts") == {}
    assert [fields["name"] for fields in logged(caplog, "stored.unreadable")] == ["Decision.counts"]


def test_equal_sets_are_written_equally() -> None:
    assert value_write({1: frozenset({"b", "a"})}) == {"1": ["a", "b"]}
