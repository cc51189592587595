"""Importing what task processes need before they are forked, so that they share it.

A module that each process imports for itself costs its memory once per process.
"""

from __future__ import annotations

import ctypes
import gc
from importlib import import_module

from django.conf import settings
from django.template import engines
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

# Imported on first use elsewhere, because most processes do without them.
LAZY_MODULES = ("push.tasks", "firebase_admin.messaging", "firebase_admin.credentials")


def modules_preload() -> None:
    """Import the modules, and load what is cached per process: URL patterns, translations and template engines."""
    for name in LAZY_MODULES:
        import_module(name)
    # E-mails and pushes contain links; building the first one imports every view.
    reverse("rooms")
    engines.all()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            # Any text loads the catalogue; an empty one would be collected for translation.
            gettext("device")


def memory_share() -> None:
    """Prepare memory for being shared with the processes that are forked next."""
    # Garbage collection writes to every object that it visits, which copies shared memory. Frozen objects are skipped.
    # Collect first, because frozen garbage would never be freed.
    gc.collect()
    gc.freeze()
    # Free memory would be reused by each process, and so copied.
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
