"""Words that are easy to guess because of where the password is used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from workspace.models import GeneralSettings

PRODUCT = "callboard"
# Shorter words are part of too many good passwords.
SHORTEST = 4
NOT_LETTERS = re.compile(r"[\W\d_]+")


class ContextWordsValidator:
    """Rejects passwords that are only the name of the product, workspace or host with digits and symbols."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError if nothing but such words, digits and symbols is in the password."""
        rest = NOT_LETTERS.sub("", password).casefold()
        if not rest:
            return
        for word in sorted(context_words(), key=len, reverse=True):
            rest = rest.replace(word, "")
        if not rest:
            raise ValidationError(self.get_help_text(), code="password_context_word")

    def get_help_text(self) -> str:
        return _("The password must contain more than the name of the workspace or its address.")


def context_words() -> Iterator[str]:
    """Yield the words, without digits and symbols and in lower case."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    site_name = GeneralSettings.current().site_name
    for name in (PRODUCT, site_name, *site_name.split(), *host.split(".")):
        word = NOT_LETTERS.sub("", name).casefold()
        if len(word) >= SHORTEST:
            yield word
