"""The `makemessages` command, with catalogues that change only where a text changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.commands.makemessages import Command as MakeMessages

# Lines in the header of a new catalogue that are useless or change each time.
UNSTABLE_LINES = ("#", '"Project-Id', '"Report-', '"POT-', '"PO-', '"Last-', '"Language-Team')

HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


class Command(MakeMessages):
    help = "Update the catalogues of the page languages (or of --locale) from the texts in code and templates."

    # A fuzzy match would look like a translation.
    msgmerge_options = ["-q", "--backup=none", "--update", "--no-fuzzy-matching"]

    def handle(self, *args: Any, **options: Any) -> str | None:
        options["locale"] = options["locale"] or [code for code in settings.PAGE_LANGUAGES if code != "en"]
        options["ignore_patterns"] += ["tests", "bench", "docs", "var"]
        options |= {"add_location": "file", "no_wrap": True, "no_obsolete": True}
        return super().handle(*args, **options)

    def write_po_file(self, potfile: str, locale: str) -> None:
        """Merge the texts into the catalogue of the language, without dates in its header."""
        template = Path(potfile)
        header, entries = template.read_text(encoding="utf-8").split("\n\n", 1)
        stable_header = "\n".join(line for line in header.splitlines() if not line.startswith(UNSTABLE_LINES))
        template.write_text(f"{stable_header}\n\n{entries}", encoding="utf-8")
        catalogue = template.parent / locale / "LC_MESSAGES" / f"{self.domain}.po"
        if not catalogue.exists():
            catalogue.parent.mkdir(parents=True, exist_ok=True)
            catalogue.write_text(HEADER.format(language=locale), encoding="utf-8")
        super().write_po_file(potfile, locale)
