"""`manage.py setup --listen`: checks that the site's port is free."""

from __future__ import annotations

import socket

import pytest
from django.core.management import CommandError, call_command

from push.management.commands.setup import listen_problem
from tests.fakes.servers import port_free
from workspace.models import User

pytestmark = pytest.mark.django_db


def test_a_port_in_use_fails_early_and_suggests_a_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} is already in use") as refusal:
            call_command("setup", listen=f"127.0.0.1:{port}")
    assert not User.objects.exists()
    advised = str(refusal.value).split("PORT=")[1].split(" make run")[0]
    assert int(advised) > port
    assert listen_problem("127.0.0.1", int(advised)) is None


def test_an_address_of_another_host_is_rejected_with_the_cause() -> None:
    with pytest.raises(CommandError, match=r"cannot listen at 192\.0\.2\.1:8000: Cannot assign"):
        call_command("setup", listen="192.0.2.1:8000")


def test_a_free_port_is_accepted() -> None:
    call_command("setup", listen=f"127.0.0.1:{port_free()}")
    assert User.objects.exists()
