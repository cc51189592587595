"""Finding whom a text mentions."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workspace.mentions import mentions_parse

KNOWN = {"ana", "bob", "bob.", "bob.smith", "a-b", "c_d"}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("@ana hello", {"ana"}),
        ("hello @ANA", {"ana"}),
        ("@ana@bob", {"ana"}),
        ("@ana,@bob", {"ana", "bob"}),
        ("(@ana) [@bob]", {"ana", "bob"}),
        ("is that you, @ana?", {"ana"}),
        ("thanks @bob.smith.", {"bob.smith"}),
        ("ask @bob.", {"bob."}),
        ("ask @bob...", {"bob."}),
        ("ask @ana...", {"ana"}),
        ("@a-b- and @c_d_", {"a-b", "c_d"}),
        ("line\n@ana", {"ana"}),
        ("@anabel", set()),
        ("ana@example.org", set()),
        ("mail bob.smith+x@ana.example", set()),
        ("see https://example.org/@ana/1 there", set()),
        ("`@ana`", set()),
        ("```\n@ana\n``` @bob", {"bob"}),
        ("```\n@ana never closed", set()),
        ("`half @ana", {"ana"}),
        ("@ @@ana", set()),
        ("@nobody", set()),
        ("", set()),
    ],
)
def test_names_are_found_where_people_mean_them(text: str, meant: set[str]) -> None:
    assert mentions_parse(text).resolve(KNOWN) == meant


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@all", {"all"}),
        ("@All!", {"all"}),
        ("@here.", {"here"}),
        ("@here @all", {"here", "all"}),
        ("@allison", set()),
        ("`@all`", set()),
        ("all@here.example", set()),
    ],
)
def test_groups_are_called_as_people_are(text: str, called: set[str]) -> None:
    parsed = mentions_parse(text)
    assert {group for group in ("all", "here") if parsed.calls(group)} == called


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    parsed = mentions_parse(text)
    assert parsed.resolve(KNOWN) <= KNOWN


@pytest.mark.parametrize(
    "text", ["a" * 5000, "a." * 2500, "@a" * 2500, "`" * 5000, "a-" * 2500, "x://" * 1250, "a@b" * 1666]
)
def test_no_text_takes_long_to_read(text: str) -> None:
    begun = time.thread_time()
    mentions_parse(text)
    assert time.thread_time() - begun < 0.1
