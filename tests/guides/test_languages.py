"""docs/adding-a-notification-language.md and docs/adding-a-page-language.md"""

from __future__ import annotations

from importlib import import_module

import pytest
from django.conf import settings

from tests.workspace.test_translations import HOMES, served, written

OF_NOTIFICATIONS = "docs/adding-a-notification-language.md"
OF_PAGES = "docs/adding-a-page-language.md"
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
PAGE_LANGUAGES = [code for code in settings.PAGE_LANGUAGES if code != "en"]


@pytest.mark.parametrize("language", LANGUAGES)
class TestNotificationLanguage:
    def test_it_has_a_catalogue(self, language: str) -> None:
        source = settings.BASE_DIR / "push" / "locale" / language / "LC_MESSAGES" / "django.po"
        assert source.exists(), f"Write {source.relative_to(settings.BASE_DIR)}: {OF_NOTIFICATIONS}, step 2."

    def test_the_catalogue_is_compiled(self, language: str) -> None:
        folder = settings.BASE_DIR / "push" / "locale" / language / "LC_MESSAGES"
        step = f"Compile the catalogue of {language}: {OF_NOTIFICATIONS}, step 3."
        assert (folder / "django.mo").exists(), step
        compiled = served("push", language)
        for (text, plural), said in written("push", language).items():
            assert plural or compiled.gettext(text) == said[0], step


def test_page_languages_are_languages_of_notifications() -> None:
    missing = set(settings.PAGE_LANGUAGES) - {code for code, _name in settings.LANGUAGES}
    assert not missing, f"Add {missing} to LANGUAGES as well: {OF_PAGES}, step 1."


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
class TestPageLanguage:
    @pytest.mark.parametrize("home", HOMES)
    def test_it_has_a_catalogue_in_each_home(self, language: str, home: str) -> None:
        source = settings.BASE_DIR / home / "locale" / language / "LC_MESSAGES" / "django.po"
        assert source.exists(), f"Run `make messages` for {source.relative_to(settings.BASE_DIR)}: {OF_PAGES}, step 3."

    def test_it_has_formats_of_dates(self, language: str) -> None:
        folder = settings.BASE_DIR / "workspace" / "config" / "formats" / language
        step = f"Add workspace/config/formats/{language}/formats.py: {OF_PAGES}, step 2."
        assert (folder / "formats.py").exists(), step
        formats = import_module(f"workspace.config.formats.{language}.formats")
        assert {"DATETIME_FORMAT", "SHORT_DATETIME_FORMAT", "TIME_FORMAT"} <= set(vars(formats)), step
