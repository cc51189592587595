"""Environment variables: typed values, secrets from files, and clear errors for invalid values."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from workspace.config.env import Environment, LogLevel, Mode, embedded_secret

env = Environment()


@pytest.mark.parametrize(("raw", "value"), [("true", True), ("YES", True), ("1", True), ("off", False), ("no", False)])
def test_booleans_are_parsed_leniently(monkeypatch: Any, raw: str, value: bool) -> None:
    monkeypatch.setenv("SANDBOX", raw)
    assert env.boolean("SANDBOX", default=not value) is value


def test_an_empty_value_leaves_the_default(monkeypatch: Any) -> None:
    monkeypatch.setenv("SANDBOX", "")
    assert env.boolean("SANDBOX", default=True) is True


@pytest.mark.parametrize(
    ("name", "raw", "read"),
    [
        ("SANDBOX", "maybe", lambda: env.boolean("SANDBOX", default=True)),
        ("PORT", "http", lambda: env.integer("PORT", 8000)),
        ("PORT", "65536", lambda: env.integer("PORT", 8000, maximum=65_535)),
        ("WORKERS", "0", lambda: env.integer("WORKERS", 2, minimum=1)),
        ("MODE", "staging", lambda: env.choice("MODE", Mode, Mode.EMBEDDED)),
        ("LOG_LEVEL", "loud", lambda: env.choice("LOG_LEVEL", LogLevel, LogLevel.INFO)),
        ("SITE_URL", "callboard.example", lambda: env.http_url("SITE_URL", "")),
        ("DATABASE_URL", "mysql://localhost/x", lambda: env.database("DATABASE_URL", "")),
        ("DATABASE_URL", "nonsense", lambda: env.database("DATABASE_URL", "")),
        ("REDIS_URL", "localhost:6379", lambda: env.redis("REDIS_URL")),
        ("EMAIL_URL", "pigeon://roof", lambda: env.email("EMAIL_URL", "")),
    ],
)
def test_an_invalid_value_is_rejected_with_the_variables_name(monkeypatch: Any, name: str, raw: str, read: Any) -> None:
    monkeypatch.setenv(name, raw)
    with pytest.raises(ImproperlyConfigured, match=name):
        read()


def test_a_password_is_not_quoted_in_the_error(monkeypatch: Any) -> None:
    monkeypatch.setenv("DATABASE_URL", "oracle://user:hunter2@host/name")
    with pytest.raises(ImproperlyConfigured) as refused:
        env.database("DATABASE_URL", "")
    assert "hunter2" not in str(refused.value)


def test_a_secret_is_read_from_the_file_that_is_named(monkeypatch: Any, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("from a file\n")
    monkeypatch.setenv("SECRET_KEY_FILE", str(file))
    assert env.secret("SECRET_KEY") == "from a file"


def test_a_secret_given_twice_is_refused(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY", "one")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "other"))
    with pytest.raises(ImproperlyConfigured, match="not both"):
        env.secret("SECRET_KEY")


def test_a_missing_file_is_reported_with_the_variables_name(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "missing"))
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE"):
        env.secret("SECRET_KEY")


def test_an_embedded_secret_is_created_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = embedded_secret(tmp_path / "var", "secret_key")
    assert len(first) >= 48
    assert embedded_secret(tmp_path / "var", "secret_key") == first
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_a_file_that_will_be_created_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTBOUND_CA_FILE", "/nowhere/authority.pem")
    environment = Environment()
    with pytest.raises(ImproperlyConfigured):
        environment.file("OUTBOUND_CA_FILE")
    assert environment.file("OUTBOUND_CA_FILE", must_exist=False) == "/nowhere/authority.pem"
