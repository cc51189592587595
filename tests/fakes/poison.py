"""An app for worker settings: a push with the word `TEST_POISON` in its text kills the process that builds it."""

from __future__ import annotations

import os
import signal
from typing import Any

from django.apps import AppConfig


class PoisonConfig(AppConfig):
    name = "tests.fakes"

    def ready(self) -> None:
        from push.sending import preparing

        build = preparing.push_content

        def build_or_die(item: Any) -> Any:
            if os.environ["TEST_POISON"] in item.notification.message.text:
                os.kill(os.getpid(), signal.SIGKILL)
            return build(item)

        preparing.push_content = build_or_die
