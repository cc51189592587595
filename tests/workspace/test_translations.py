"""The translations of pages are complete: all texts in code and templates are translated and compiled."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation.template import templatize

HOMES = ("workspace", "preferences", "cloud", "push", "templates")
TRANSLATED = [code for code in settings.PAGE_LANGUAGES if code != "en"]
NAMES = re.compile(r"^(_|n?gettext(_lazy|_noop)?)$")
CALLS = re.compile(r"""\bn?gettext\((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|u'(?:[^'\\]|\\.)*')""")
PLACES = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|<[^>]+>")


def texts_of_code(path: Path) -> Iterator[str]:
    """Yield the first argument of each translating call, if it is a literal."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
        text = node.args[0]
        if NAMES.match(name) and isinstance(text, ast.Constant) and isinstance(text.value, str):
            yield text.value


def texts_of_template(path: Path) -> Iterator[str]:
    for call in CALLS.findall(templatize(path.read_text(encoding="utf-8"), str(path))):
        yield ast.literal_eval(call.partition("(")[2])


def texts(home: str) -> set[str]:
    """Return the English texts in the code of the app, or in the templates."""
    folder = settings.BASE_DIR / home
    code = {text for path in folder.rglob("*.py") for text in texts_of_code(path)}
    templates = {text for end in ("*.html", "*.txt") for path in folder.rglob(end) for text in texts_of_template(path)}
    return code | templates - {""}


def written(home: str, language: str) -> dict[tuple[str, str], list[str]]:
    """Return the translations in the source of the catalogue, by text and plural."""
    source = (settings.BASE_DIR / home / "locale" / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    found = {}
    for entry in re.split(r"\n\n+", source)[1:]:
        parts: dict[str, str] = {}
        for keyword, quoted in re.findall(r'^(msg\S+) ((?:".*"\n?)+)', entry, re.MULTILINE):
            parts[keyword] = "".join(ast.literal_eval(line) for line in quoted.splitlines())
        said = [text for keyword, text in parts.items() if keyword.startswith("msgstr")]
        found[parts["msgid"], parts.get("msgid_plural", "")] = said
    return found


def served(home: str, language: str) -> gettext.GNUTranslations:
    with (settings.BASE_DIR / home / "locale" / language / "LC_MESSAGES" / "django.mo").open("rb") as compiled:
        return gettext.GNUTranslations(compiled)


def test_translating_functions_have_names_that_makemessages_knows() -> None:
    """`makemessages` would not recognize it, and the text would be shown in English."""
    renamed = [
        f"{path.name}: {alias.name} as {alias.asname}"
        for home in HOMES
        for path in (settings.BASE_DIR / home).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.asname and not NAMES.match(alias.asname)
    ]
    assert renamed == []


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("home", HOMES)
class TestCatalogue:
    def test_it_has_every_text_of_the_code(self, home: str, language: str) -> None:
        known = {text for text, _plural in written(home, language)}
        assert texts(home) - known == set(), "run `make messages`, translate, and run it again"

    def test_it_translates_every_text_with_its_places_kept(self, home: str, language: str) -> None:
        for (text, plural), said in written(home, language).items():
            for english, translated in zip([text, plural], said, strict=bool(plural)) if plural else [(text, said[0])]:
                assert translated, f"not translated: {english}"
                assert sorted(PLACES.findall(translated)) == sorted(PLACES.findall(english)), english

    def test_no_translation_is_fuzzy(self, home: str, language: str) -> None:
        source = settings.BASE_DIR / home / "locale" / language / "LC_MESSAGES" / "django.po"
        assert "fuzzy" not in source.read_text(encoding="utf-8")

    def test_the_compiled_catalogue_is_up_to_date(self, home: str, language: str) -> None:
        compiled = served(home, language)
        for (text, plural), said in written(home, language).items():
            returned = (
                [compiled.ngettext(text, plural, count) for count in (1, 2)] if plural else [compiled.gettext(text)]
            )
            assert returned == said, "run `make messages`"


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("home", HOMES)
def test_no_library_has_its_translation_shown_instead(home: str, language: str) -> None:
    with translation.override(language):
        for (text, plural), said in written(home, language).items():
            if text and not plural:
                assert translation.gettext(text) == said[0]


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_text_is_translated_the_same_everywhere(language: str) -> None:
    # Django looks up a text in all catalogues. With different translations, the result would depend on their order.
    first: dict[tuple[str, str], list[str]] = {}
    for home in HOMES:
        for text, said in written(home, language).items():
            assert first.setdefault(text, said) == said, text


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES if code != "en"])
def test_texts_that_pushes_carry_are_translated_to_every_language_of_notifications(language: str) -> None:
    content = settings.BASE_DIR / "push" / "content"
    carried = {text for name in ("texts", "phones") for text in texts_of_code(content / f"{name}.py")}
    assert len(carried) > 1
    with translation.override(language):
        untranslated = {text for text in carried | {"This is a test push message"} if translation.gettext(text) == text}
    assert untranslated == set()
