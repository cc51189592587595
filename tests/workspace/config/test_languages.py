"""Languages of notifications and pages: a new one needs no migration."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.forms import modelform_factory

from tests.factories import UserFactory
from workspace.models import User


@pytest.fixture
def _dutch(settings: Any) -> None:
    settings.LANGUAGES = [*settings.LANGUAGES, ("nl", "Dutch")]


@pytest.mark.django_db
@pytest.mark.usefixtures("_dutch")
def test_a_new_language_needs_no_migration(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("makemigrations", check=True, dry_run=True)
    assert "No changes detected" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.usefixtures("_dutch")
def test_a_new_language_can_be_chosen() -> None:
    form = modelform_factory(User, fields=["language"])
    user = UserFactory()
    assert form({"language": "nl"}, instance=user).is_valid()
    assert not form({"language": "xx"}, instance=user).is_valid()
    user.language = "nl"
    assert user.get_language_display() == "Dutch"
