"""`python -m tests.fakes.tables`: creates the tables of an installation without migrations, which take much longer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

BASE_DIR = Path(__file__).resolve().parents[2]


def tables_create(environment: dict[str, str]) -> None:
    """Create the tables in the empty database that these variables name, in a process of its own."""
    settings_module = {"DJANGO_SETTINGS_MODULE": "workspace.config.settings"}
    command = [sys.executable, "-m", "tests.fakes.tables"]
    subprocess.run(command, cwd=BASE_DIR, env={**environment, **settings_module}, check=True, timeout=300)


def main() -> None:
    """Create the tables, and record all migrations as applied."""
    django.setup()
    from tests.database import migrations_record

    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)
    settings.MIGRATION_MODULES = {}
    migrations_record()


if __name__ == "__main__":
    main()
