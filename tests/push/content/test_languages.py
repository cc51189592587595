"""What notifications say in the receivers' languages."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

PLACEHOLDER = "You have a new message"


def test_the_english_placeholder_is_the_one_that_apps_recognise() -> None:
    # Apple's app finds earlier placeholders by this very text.
    with translation.override("en"):
        assert gettext(PLACEHOLDER) == "You have a new message"


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES if code != "en"])
def test_every_selectable_language_is_translated(language: str) -> None:
    with translation.override(language):
        assert gettext(PLACEHOLDER) != PLACEHOLDER
