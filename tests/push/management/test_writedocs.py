"""`manage.py writedocs`"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from push.management.commands.writedocs import PAGES


def test_it_writes_all_pages(tmp_path: Path, settings: Any) -> None:
    # The page about licences is made from the lock file.
    shutil.copy(settings.BASE_DIR / "requirements.lock", tmp_path)
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    call_command("writedocs")
    folder = tmp_path / "docs"
    assert {str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.md")} == set(PAGES)
    assert len(call_command("writedocs", "--check").splitlines()) == len(PAGES)


def test_it_rejects_an_unknown_page() -> None:
    with pytest.raises(CommandError, match="Unknown page: setings"):
        call_command("writedocs", "setings")
