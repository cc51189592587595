"""What the files in deploy/ may refer to: documented variables, commands of the program, pages of the site."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from callboard.command import COMMANDS

BASE_DIR: Path = settings.BASE_DIR
DEPLOY = BASE_DIR / "deploy"
# Read by the compose file only.
COMPOSE_VARIABLES = {"SITE_HOST", "POSTGRES_PASSWORD", "COMPOSE_PROFILES", "FRONT_SUBNET"}
# Of Python; it logs immediately.
PYTHON_VARIABLES = {"PYTHONUNBUFFERED"}


def documents(path: Path) -> list[dict[str, Any]]:
    """Return the YAML documents in the file."""
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


def documented_variables() -> set[str]:
    """Return the variables in docs/configuration.md."""
    rows = (BASE_DIR / "docs" / "configuration.md").read_text().splitlines()
    cells = [row.split("|")[1] for row in rows if row.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def variables_of(text: str) -> set[str]:
    """Return the variables that an environment file sets, including those that are commented out."""
    return set(re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE))


def is_command(words: list[str]) -> bool:
    """Return True if the words run a command that `callboard` has."""
    return len(words) > 1 and words[0].endswith("callboard") and words[1] in {*COMMANDS, *get_commands()}


def is_page(path: str) -> bool:
    """Return True if the site has a page at the path."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
