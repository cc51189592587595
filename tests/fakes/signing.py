"""An app for worker settings: each push to a gateway contains the process that sends it."""

from __future__ import annotations

import os

from django.apps import AppConfig

from tests.fakes.gateway import SENDER_HEADER


class SigningConfig(AppConfig):
    name = "tests.fakes.signing"

    def ready(self) -> None:
        from push.providers.gateway import transport as gateway

        headers_of = gateway.headers_of

        def signed_headers_of(access_token: str, traceparent: str = "") -> tuple[str, ...]:
            return (*headers_of(access_token, traceparent), f"{SENDER_HEADER}: {os.getpid()}")

        gateway.headers_of = signed_headers_of
