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
        ("*@ana* _@bob.smith_ ~@a-b~", {"ana", "bob.smith", "a-b"}),
        ("@ana's and @bob: look", {"ana", "bob"}),
        ("@anaさん、@bob様", {"ana", "bob"}),
        ("日本@ana", {"ana"}),
        ("\\`@ana\\`", {"ana"}),
        ("``a ` @ana`` @bob", {"bob"}),
        ("@anaé", set()),
        ("@ana\u0301", set()),
        ("é@ana", set()),
        ("a_@ana", set()),
        ("\\@ana", set()),
        ("\\\\@ana", {"ana"}),
        ("\\\\\\@ana", set()),
        ("www.example.org/?by=@ana", set()),
        ("example.org/@ana", set()),
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


NAMES = st.from_regex(r"\A[a-z0-9]([a-z0-9._-]{0,12}[a-z0-9])?\Z")
# What may stand before and after a name that is called, and what makes a text of it that calls nobody.
BEFORE = st.sampled_from(["", " ", "(", "\n", "hello, ", "*", "_", "«", "日本", "👋"])
AFTER = st.sampled_from(["", " ", ".", "...", "!", "?", ",", ")", ":", "'s", "-", "_", "\n", "さん", "👋"])
SILENCED = st.sampled_from(
    ["`@{}`", "```\n@{}\n```", "``@{}``", "\\@{}", "x@{}.example", "https://example.org/@{}", "www.example.org/@{}"]
)


@given(name=NAMES, before=BEFORE, after=AFTER, upper=st.booleans())
def test_a_name_is_called_whatever_stands_around_it(name: str, before: str, after: str, upper: bool) -> None:
    written = name.upper() if upper else name
    assert mentions_parse(f"{before}@{written}{after}").resolve({name}) == {name}


@given(name=NAMES, before=BEFORE, form=SILENCED)
def test_a_name_in_code_or_an_address_or_escaped_is_not(name: str, before: str, form: str) -> None:
    assert mentions_parse(f"{before} {form.format(name)} ").resolve({name}) == set()


@given(name=NAMES, letter=st.characters(categories=["Ll", "Lu", "Nd"], max_codepoint=0x52F))
def test_a_name_that_goes_on_is_another(name: str, letter: str) -> None:
    assert mentions_parse(f"@{name}{letter}").resolve({name}) == set()


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    parsed = mentions_parse(text)
    assert parsed.resolve(KNOWN) <= KNOWN


@pytest.mark.parametrize(
    "text",
    [
        "a" * 5000,
        "a." * 2500,
        "@a" * 2500,
        "`" * 5000,
        "a-" * 2500,
        "x://" * 1250,
        "a@b" * 1666,
        "_" * 5000,
        "` `` " * 1000,
        "www." * 1250,
    ],
)
def test_no_text_takes_long_to_read(text: str) -> None:
    begun = time.thread_time()
    mentions_parse(text)
    assert time.thread_time() - begun < 0.1
