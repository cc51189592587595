"""The `makemessages` command: as Django's, with catalogues that change only where a text does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.commands.makemessages import Command as MakeMessages

# Lines of a new catalogue's header that say nothing, or something else each time.
CHANGING = ("#", '"Project-Id', '"Report-', '"POT-', '"PO-', '"Last-', '"Language-Team')

HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


class Command(MakeMessages):
    help = "Brings the catalogues of the languages of the pages (or of --locale) up to the texts in code and templates."

    # A guess from a similar text would look like a translation.
    msgmerge_options = ["-q", "--backup=none", "--update", "--no-fuzzy-matching"]

    def handle(self, *args: Any, **options: Any) -> str | None:
        options["locale"] = options["locale"] or [code for code in settings.PAGE_LANGUAGES if code != "en"]
        options["ignore_patterns"] += ["tests", "bench", "docs", "var"]
        options |= {"add_location": "file", "no_wrap": True, "no_obsolete": True}
        return super().handle(*args, **options)

    def write_po_file(self, potfile: str, locale: str) -> None:
        """Merge the texts found into the language's catalogue, whose header holds no date that changes by itself."""
        found = Path(potfile)
        header, entries = found.read_text(encoding="utf-8").split("\n\n", 1)
        dated = "\n".join(line for line in header.splitlines() if not line.startswith(CHANGING))
        found.write_text(f"{dated}\n\n{entries}", encoding="utf-8")
        catalogue = found.parent / locale / "LC_MESSAGES" / f"{self.domain}.po"
        if not catalogue.exists():
            catalogue.parent.mkdir(parents=True, exist_ok=True)
            catalogue.write_text(HEADER.format(language=locale), encoding="utf-8")
        super().write_po_file(potfile, locale)
