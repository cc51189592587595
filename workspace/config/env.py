"""Reading environment variables, with a clear message for each invalid value."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

# A host with an optional port and a plain path, without user, query or fragment.
SITE_ADDRESS = re.compile(r"https?://[^/?#@\s]+(/[A-Za-z0-9._~-]+)*")


class Mode(StrEnum):
    """How the installation runs: self-contained with embedded parts, or exposed to a network."""

    EMBEDDED = "embedded"
    PRODUCTION = "production"


class LogLevel(StrEnum):
    """The minimum level of log lines."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class LogFormat(StrEnum):
    """How log lines are written."""

    TEXT = "text"
    JSON = "json"


def is_installed(module: str) -> bool:
    """Return True if the module, or one of a package, can be imported."""
    with suppress(ModuleNotFoundError):
        return find_spec(module) is not None
    return False


class Environment:
    """Typed access to environment variables. Secrets can also be read from the file `NAME_FILE`."""

    def __init__(self) -> None:
        self._env = environ.Env()

    def _read(self, name: str, read: Callable[[], T], expected: str) -> T:
        try:
            return read()
        except (ValueError, TypeError, KeyError, ImproperlyConfigured):
            # The cause is omitted because it may quote the value, which may contain a password.
            raise ImproperlyConfigured(f"{name} must be {expected}.") from None

    def text(self, name: str, default: str) -> str:
        """Return the text in `name`."""
        return str(self._env.str(name, default=default))

    def traces(self) -> bool:
        """Return True if OpenTelemetry's standard variables turn traces on.

        The exporter is OTLP over HTTP. Raises ImproperlyConfigured for another one, or if the SDK is not installed.
        """
        exporter = self.text("OTEL_TRACES_EXPORTER", "").strip().lower()
        endpoints = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
        is_named = any(self.text(name, "").strip() for name in endpoints)
        if exporter == "none" or not (exporter or is_named) or self.boolean("OTEL_SDK_DISABLED", default=False):
            return False
        if exporter not in {"", "otlp"}:
            raise ImproperlyConfigured("OTEL_TRACES_EXPORTER must be otlp or none.")
        for name in ("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"):
            if self.text(name, "http/protobuf").strip() not in {"", "http/protobuf"}:
                raise ImproperlyConfigured(f"{name} must be http/protobuf.")
        if not all(map(is_installed, ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"))):
            raise ImproperlyConfigured("OpenTelemetry is not installed. Install callboard[tracing].")
        return True

    def boolean(self, name: str, *, default: bool) -> bool:
        """Return the boolean in `name`; raises ImproperlyConfigured for anything but a clear yes or no."""
        raw = self.text(name, "").strip().lower()
        if raw == "":
            return default
        if raw in {"true", "yes", "on", "1"}:
            return True
        if raw in {"false", "no", "off", "0"}:
            return False
        raise ImproperlyConfigured(f"{name} must be true or false, not {raw!r}.")

    def integer(self, name: str, default: int, *, minimum: int | None = None, maximum: int | None = None) -> int:
        """Return the integer in `name`; it must not be below `minimum` or above `maximum`."""
        value = self._read(name, lambda: int(self._env.str(name, default=str(default))), "a whole number")
        if minimum is not None and value < minimum:
            raise ImproperlyConfigured(f"{name} must be at least {minimum}, not {value}.")
        if maximum is not None and value > maximum:
            raise ImproperlyConfigured(f"{name} must be at most {maximum}, not {value}.")
        return value

    def items(self, name: str, default: list[str]) -> list[str]:
        """Return the comma-separated values in `name`."""
        return [item.strip() for item in self._env.list(name, default=default) if item.strip()]

    def choice(self, name: str, options: type[StrEnum], default: StrEnum) -> Any:
        """Return the member of `options` with the value in `name`."""
        raw = self.text(name, default.value)
        try:
            return options(raw)
        except ValueError as error:
            allowed = ", ".join(option.value for option in options)
            raise ImproperlyConfigured(f"{name} must be one of: {allowed}; it is {raw!r}.") from error

    def secret(self, name: str, default: str = "") -> str:
        """Return the secret in `name`, or the content of the file in `NAME_FILE`."""
        path = self.text(f"{name}_FILE", "")
        if not path:
            return self.text(name, default)
        if self.text(name, ""):
            raise ImproperlyConfigured(f"Set either {name} or {name}_FILE, not both.")
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read: {error.strerror}.") from error

    def secrets(self, name: str) -> list[str]:
        """Return the comma-separated secrets in `name`, or in the file in `NAME_FILE`."""
        return [key.strip() for key in self.secret(name).split(",") if key.strip()]

    def http_url(self, name: str, default: str) -> str:
        """Return the http(s) URL in `name`, without a trailing slash."""
        value = self.text(name, default).rstrip("/")
        if not value.startswith(("http://", "https://")):
            raise ImproperlyConfigured(f"{name} must begin with http:// or https://.")
        return value

    def site_url(self, name: str, default: str) -> str:
        """Return the http(s) URL in `name`, without a trailing slash: a host, and optionally a path."""
        value = self.http_url(name, default)
        if not SITE_ADDRESS.fullmatch(value):
            raise ImproperlyConfigured(
                f"{name} must be an address such as https://chat.example.org or https://example.org/chat."
            )
        return value

    def https_url(self, name: str, default: str) -> str:
        """Return the https URL in `name`, without a trailing slash."""
        value = self.text(name, default).rstrip("/")
        if not value.startswith("https://"):
            raise ImproperlyConfigured(f"{name} must begin with https://.")
        return value

    def proxy(self, name: str) -> str:
        """Return the URL of an HTTP proxy in `name` (or `NAME_FILE`); may be empty."""
        url = self.secret(name)
        if url and not url.startswith(("http://", "https://")):
            raise ImproperlyConfigured(f"{name} must begin with http:// or https://.")
        return url

    def file(self, name: str, *, must_exist: bool = True) -> str:
        """Return the path in `name`, which must be readable if `must_exist`; may be empty."""
        path = self.text(name, "")
        if not path or not must_exist:
            return path
        try:
            Path(path).open("rb").close()
        except OSError as error:
            raise ImproperlyConfigured(f"{name} names a file that cannot be read: {error.strerror}.") from error
        return path

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Return Django's database parameters for the URL in `name` (or `NAME_FILE`)."""
        url = self.secret(name, default)
        if not url.startswith(("postgres://", "postgresql://", "sqlite://")):
            raise ImproperlyConfigured(f"{name} must begin with postgres:// or sqlite://.")
        return self._read(name, lambda: dict(self._env.db_url_config(url)), "a database's address")

    def redis(self, name: str) -> str:
        """Return the URL of a Redis server in `name` (or `NAME_FILE`); may be empty."""
        url = self.secret(name)
        if url and not url.startswith(("redis://", "rediss://", "unix://")):
            raise ImproperlyConfigured(f"{name} must begin with redis:// or rediss://.")
        return url

    def email(self, name: str, default: str) -> dict[str, Any]:
        """Return Django's e-mail settings for the URL in `name` (or `NAME_FILE`)."""
        url = self.secret(name, default)
        return self._read(name, lambda: dict(self._env.email_url_config(url)), "an e-mail server's address")


def data_directory(path: Path) -> Path:
    """Return the folder; create it if necessary, accessible to its owner only."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"DATA_DIR names a folder that cannot be made: {error.strerror}.") from error
    return path


def embedded_secret(directory: Path, name: str) -> str:
    """Return the secret stored in `directory`. It is generated on first use and readable by its owner only."""
    path = data_directory(directory) / name
    if not path.exists():
        # Written to a temporary file and then linked, so that of several processes only one creates the secret.
        temporary = path.with_name(f".{name}.{os.getpid()}")
        temporary.touch(mode=0o600)
        temporary.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        with suppress(FileExistsError):
            os.link(temporary, path)
        temporary.unlink()
    return path.read_text(encoding="utf-8").strip()
