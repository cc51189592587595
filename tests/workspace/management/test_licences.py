"""docs/operate/licences.md, and the licences that libraries may have."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command

from workspace.management.licences import libraries

# Licences whose terms MIT code can be used and distributed with. Those of the LGPL bind changes to the library itself.
ACCEPTED = {
    "Apache-2.0",
    "BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "LGPL-2.1-only",
    "LGPL-3.0-only",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "PSF-2.0",
}


def test_the_committed_page_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("writedocs", "operate/licences", check=True)
    assert capsys.readouterr().out == "docs/operate/licences.md is up to date.\n"


def test_the_licence_of_every_library_is_accepted() -> None:
    others = {name: licence for name, licence in libraries().items() if not is_accepted(licence)}
    assert not others, f"Check whether these licences can be accepted: {others}"


def is_accepted(licence: str) -> bool:
    return any(
        all(part in ACCEPTED for part in re.split(r" AND ", choice.strip("()"))) for choice in licence.split(" OR ")
    )
