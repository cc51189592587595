"""Where the site's code and data are: in this package if it is installed, else at the top of the checkout."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The wheel has the site's packages in this folder, because names like `push` would collide with those of others.
INSTALLED_SITE = HERE / "site"
IS_INSTALLED = INSTALLED_SITE.is_dir()
SITE = INSTALLED_SITE if IS_INSTALLED else HERE.parents[1]
# Starts this program again. Unless it is in a checkout, nothing is imported from the current folder.
PROGRAM = [sys.executable, *(["-P"] if IS_INSTALLED else []), "-m", "callboard"]


def enter() -> None:
    """Let the site's packages be imported, and choose the user's data folder for an installed package."""
    sys.path.insert(0, str(SITE))
    if IS_INSTALLED:
        os.environ["DATA_DIR"] = os.environ.get("DATA_DIR") or str(data_dir())


def data_dir() -> Path:
    """Return the default folder for the data of an installed package (XDG Base Directory Specification)."""
    base = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".local" / "share") / "callboard"


def listen_address() -> tuple[str, str]:
    """Return the host and port at which the web server listens."""
    return os.environ.get("BIND_HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
