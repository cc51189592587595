"""The commands that the documentation shows exist, with their options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, get_commands, load_command_class

from tests.cases import for_each

ROOT = Path(settings.BASE_DIR)
PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))
}
COMMAND = re.compile(r"manage\.py ([a-z_]+)((?: [^\n`|&;#>)]+)?)")
CODE = re.compile(r"```sh\n.*?```|`[^`\n]+`", re.DOTALL)
TARGET = re.compile(r"\bmake ([a-z-]+)")
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def shown(page: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each management command that the page shows, with the names of its options."""
    for name, arguments in COMMAND.findall(PAGES[page]):
        yield name, re.findall(r"(?<=\s)(--[a-z-]+)", arguments)


def options_of(name: str) -> set[str]:
    """Return the options of a management command."""
    app = get_commands()[name]
    command = app if isinstance(app, BaseCommand) else load_command_class(app, name)
    parser = command.create_parser("manage.py", name)
    return {option for action in parser._actions for option in action.option_strings}


@for_each("page", PAGES)
def test_the_commands_exist(page: str) -> None:
    known = get_commands()
    missing = [f"manage.py {name}" for name, _options in shown(page) if name not in known]
    missing += [
        f"manage.py {name} {option}"
        for name, options in shown(page)
        if name in known
        for option in set(options) - options_of(name)
    ]
    code = " ".join(CODE.findall(PAGES[page]))
    missing += [f"make {target}" for target in TARGET.findall(code) if target not in TARGETS]
    assert not missing, f"{page} shows commands that do not exist: {', '.join(missing)}"
