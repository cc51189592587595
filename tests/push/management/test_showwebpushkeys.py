"""manage.py showwebpushkeys"""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from push.models import VapidKeys

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[str, str]:
    out, error = StringIO(), StringIO()
    call_command("showwebpushkeys", *arguments, stdout=out, stderr=error)
    return out.getvalue().strip(), error.getvalue()


def test_shows_the_public_key_and_replaces_the_pair() -> None:
    before = VapidKeys.current_public_key()
    assert run() == (before, "")
    after, _error = run("--renew")
    assert after == VapidKeys.current_public_key() != before


def test_says_when_the_private_key_is_lost() -> None:
    VapidKeys.objects.update(private_key="")
    assert "use --renew" in run()[1]
    run("--renew")
    assert run()[1] == ""
