"""Finding mentions in a text."""

from __future__ import annotations

import re
import time
import unicodedata
from collections import defaultdict
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.cases import for_each
from workspace.mentions import mentions_parse

RULES_PAGE = Path(__file__).parents[2] / "docs" / "rules.md"
KNOWN = {"ana", "bob", "bob.", "bob.smith", "a-b", "c_d"}


@for_each(
    "text, meant",
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
        ("@ana/@bob", {"ana", "bob"}),
        ("@ana /@bob", {"ana", "bob"}),
        ("@ana-@bob", {"ana", "bob"}),
        ("@ana.@bob", {"ana", "bob"}),
        ("@ana_@bob", {"ana", "bob"}),
        ("_@ana_/_@bob_", {"ana", "bob"}),
        ("-@ana", {"ana"}),
        ("...@ana", {"ana"}),
        ("Done.@ana", {"ana"}),
        ("Done.@bob.smith", {"bob.smith"}),
        ("1.@ana", {"ana"}),
        ("https://x.example、@ana", {"ana"}),
        ("https://x.example”@ana", {"ana"}),
        ("<https://x.example>@ana", {"ana"}),
        ("(https://x.example)@ana", {"ana"}),
        ("https://x.example/日本語/@ana", set()),
        ("https://x.example/a_(b)/@ana", set()),
        ("~~~\n@ana\n~~~ @bob", {"bob"}),
        ("  ~~~py\n@ana ~~~ @ana\n~~~~\n@bob", {"bob"}),
        ("> ~~~\n> @ana\n> ~~~\n@bob", {"bob"}),
        ("~~~\n@ana never closed", set()),
        ("~~@ana~~ ~~~@bob~~~", {"ana", "bob"}),
        ("````\n```\n@ana\n```\n```` @bob", {"bob"}),
        ("npm i @ana/core", set()),
        ("@bob./core @ana/Core", set()),
        ("@bob/ @ana/2", {"bob", "ana"}),
        ("@ana/@bob/core", {"ana"}),
        ("node_modules/@ana ./@bob ~/@bob @/@ana", set()),
        ("> @ana", {"ana"}),
        (">@ana", {"ana"}),
        ("> > said @ana\nno", {"ana"}),
        ("❤️@ana 1️⃣@bob", {"ana", "bob"}),
        ("ที่@ana", {"ana"}),
        ("@anaʼs", {"ana"}),
        ("a\u0301@ana", set()),
    ],
)
def test_names_are_found_where_they_are_meant_as_mentions(text: str, meant: set[str]) -> None:
    assert mentions_parse(text).resolve(KNOWN) == meant


@for_each(
    "text, called",
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
def test_groups_are_mentioned_like_users(text: str, called: set[str]) -> None:
    parsed = mentions_parse(text)
    assert {group for group in ("all", "here") if parsed.mentions_group(group)} == called


BY_CATEGORY: dict[str, list[str]] = defaultdict(list)
for code in range(0x20000):
    BY_CATEGORY[unicodedata.category(chr(code))].append(chr(code))
# These have separate lines below the table.
SPECIAL = set("_@\\/.-`~")


def neighbours_documented() -> list[tuple[str, bool | None, bool]]:
    """Return each category of the table in docs/rules.md, and whether a name may follow and precede it."""
    table = re.findall(r"^\| [^|]+ \| ((?:`[A-Z][a-z]` ?)+) \| ([^|]+) \| ([^|]+) \|$", RULES_PAGE.read_text(), re.M)
    return [
        (category, None if before.startswith("as ") else before.startswith("yes"), after.startswith("yes"))
        for categories, before, after in table
        for category in re.findall("[A-Z][a-z]", categories)
    ]


def test_the_documented_table_has_every_category() -> None:
    assert sorted(category for category, _before, _after in neighbours_documented()) == sorted(BY_CATEGORY)


@for_each("category, before, after", neighbours_documented())
def test_the_documented_table_is_true(category: str, before: bool | None, after: bool) -> None:
    found = BY_CATEGORY[category]
    for character in {*found[:150], *Random(category).sample(found, min(150, len(found)))} - SPECIAL:
        is_wide = unicodedata.east_asian_width(character) in "WF" and category[0] in "LN"
        if before is not None:
            assert mentions_parse(f"x {character}@bob").mentions_group("bob") == (before or is_wide), character
        else:
            assert not mentions_parse(f"x{character}@bob").mentions_group("bob"), character
            assert mentions_parse(f"-{character}@bob").mentions_group("bob"), character
        if not character.isascii() or not character.isalnum():
            assert mentions_parse(f"@bob{character} x").mentions_group("bob") == (after or is_wide), character


NAMES = st.from_regex(r"\A[a-z0-9]([a-z0-9._-]{0,12}[a-z0-9])?\Z")
# Text before and after a mention, and text that makes it no mention.
BEFORE = st.sampled_from(["", " ", "(", "\n", "hello, ", "*", "_", "«", "日本", "👋"])
AFTER = st.sampled_from(["", " ", ".", "...", "!", "?", ",", ")", ":", "'s", "-", "_", "\n", "さん", "👋"])
SILENCED = st.sampled_from(
    ["`@{}`", "```\n@{}\n```", "``@{}``", "\\@{}", "x@{}.example", "https://example.org/@{}", "www.example.org/@{}"]
)


@given(name=NAMES, before=BEFORE, after=AFTER, upper=st.booleans())
def test_a_name_is_mentioned_with_any_allowed_text_around_it(name: str, before: str, after: str, upper: bool) -> None:
    written = name.upper() if upper else name
    assert mentions_parse(f"{before}@{written}{after}").resolve({name}) == {name}


@given(name=NAMES, before=BEFORE, form=SILENCED)
def test_a_name_in_code_or_an_address_or_escaped_is_not_mentioned(name: str, before: str, form: str) -> None:
    assert mentions_parse(f"{before} {form.format(name)} ").resolve({name}) == set()


@given(name=NAMES, letter=st.characters(categories=["Ll", "Lu", "Nd"], max_codepoint=0x52F))
def test_a_longer_name_is_another_name(name: str, letter: str) -> None:
    assert mentions_parse(f"@{name}{letter}").resolve({name}) == set()


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    parsed = mentions_parse(text)
    assert parsed.resolve(KNOWN) <= KNOWN


@for_each(
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
        "https://x、" * 500,
        "~~~" * 1666,
        "~~~a\n" * 1000,
        "\\" * 4000 + "@a" * 500,
        "/" * 2500 + "@a/" * 800,
        "\u0301" * 2500 + "@a" * 1250,
        "__@" * 1666,
    ],
)
def test_no_text_takes_long_to_read(text: str) -> None:
    begun = time.thread_time()
    mentions_parse(text)
    assert time.thread_time() - begun < 0.1
