"""Health checks, and their results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.module_loading import import_string

Text = str | Promise

# The functions that return the checks, by dotted path, in the order in which they run. Upper apps add theirs.
CHECKS: list[str] = ["workspace.monitoring.health.installation.installation_checks"]


class Status(StrEnum):
    """The result of a check. A warning does not make the installation unready."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


class Resource(StrEnum):
    """What a check may have to wait for. The checks of one resource run one after the other."""

    DATABASE = "database"
    REDIS = "redis"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a check, with a sentence and, if it is not ok, what to do."""

    status: Status
    detail: Text = ""
    advice: Text = ""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A check with a stable name. An error that `run` raises is a failure of the resource."""

    name: str
    resource: Resource
    run: Callable[[], Finding]


def health_checks() -> list[HealthCheck]:
    """Return all checks of this installation."""
    return [check for path in CHECKS for check in import_string(path)()]
