"""What task processes need is imported before they are forked."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import sys
import django

django.setup()
from push.worker.preloading import modules_preload

modules_preload()
before = set(sys.modules)
from firebase_admin import messaging
from django.urls import reverse
import push.tasks

reverse("rooms")
print(sorted(name for name in set(sys.modules) - before if name.split(".")[0] in ("push", "firebase_admin")))
"""


@pytest.mark.processes
def test_links_and_google_pushes_import_nothing_more() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
