"""The format of tasks in the broker: JSON, signed with a separate key.

django-q2 pickles tasks, so anyone who could sign one could run code in the worker. JSON can only name a function in
this project's `tasks` modules. Tasks that were not signed with this key, for example by an earlier version, are
dropped. Nothing is lost, because the worker's clock finds the work in the database.

Tasks of another version may have other arguments. Arguments that the function does not accept are ignored. A task that
lacks a required argument, or names a function that does not exist, is dropped, because it can never be run.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from inspect import signature
from pydoc import locate
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_q import signing
from django_q.conf import Conf
from django_q.signing import BadSignature, SignedPackage
from django_q.status import Status

from workspace.logs.events import LogEvent

TASKS_DROPPED = LogEvent(
    "task.dropped",
    "Tasks in the broker were not signed with this installation's key, or this version cannot run them. "
    "This is expected after an upgrade or a change of `SECRET_KEY`, and nothing is lost.",
    level=logging.WARNING,
)

KEY_SALT = "callboard.tasks"
# The functions that a task may name.
TASK_FUNCTION = re.compile(r"(workspace|preferences|cloud|push)\.tasks\.[a-z][a-z_]*")

Packages = list[tuple[Any, Any]]


class TaskSerializer:
    """Serializes tasks as JSON instead of django-q2's pickles."""

    @staticmethod
    def dumps(task: Any) -> bytes:
        """Return the task as JSON; raises TypeError for arguments that JSON cannot represent."""
        # django-q2 also serializes the state of its processes with this function; it is not used.
        content = None if isinstance(task, Status) else task
        return json.dumps(content, cls=DjangoJSONEncoder, separators=(",", ":")).encode()

    @staticmethod
    def loads(data: bytes) -> Any:
        """Return the task; raises BadSignature if this version cannot run it."""
        task = json.loads(data)
        if not isinstance(task, dict) or not TASK_FUNCTION.fullmatch(str(task.get("func"))):
            raise BadSignature("Not a task of this project.")
        function = locate(task["func"])
        if not callable(function):
            raise BadSignature(f"{task['func']} does not exist in this version.")
        arguments, keywords = accepted_arguments(function, task.get("args"), task.get("kwargs"))
        # Defaults for the fields that django-q2 expects, in case another version omitted them.
        expected = {"id": "", "name": task["func"], "started": timezone.now()}
        return {**expected, **task, "args": arguments, "kwargs": keywords}


def accepted_arguments(
    function: Callable[..., Any], arguments: object, keywords: object
) -> tuple[list[Any], dict[str, Any]]:
    """Return the task's arguments that the function accepts; raises BadSignature if a required one is missing."""
    declared = signature(function)
    parameters = declared.parameters.values()
    positional = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    given = list(arguments)[: len(positional)] if isinstance(arguments, (list, tuple)) else []
    named = keywords if isinstance(keywords, dict) else {}
    unset = {one.name for one in parameters} - {one.name for one in positional[: len(given)]}
    accepted = {name: value for name, value in named.items() if name in unset}
    try:
        declared.bind(*given, **accepted)
    except TypeError as error:
        raise BadSignature(f"{function.__name__} cannot be called: {error}") from error
    return given, accepted


def task_signing_install() -> None:
    """Make django-q2 in this process use this format and key."""
    Conf.SECRET_KEY = salted_hmac(KEY_SALT, "key", secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()
    signing.PickleSerializer = TaskSerializer


class PackageFilter:
    """Drops packages without a valid signature or with unknown tasks, and logs this once."""

    def __init__(self) -> None:
        self._is_reported = False

    def valid(self, packages: Packages) -> Packages:
        """Return the packages with valid tasks of this project."""
        valid = [(key, package) for key, package in packages if is_task(package)]
        if len(valid) < len(packages) and not self._is_reported:
            self._is_reported = True
            TASKS_DROPPED.log()
        return valid


def is_task(package: Any) -> bool:
    """Return True if the package is signed and contains a task of this project."""
    try:
        SignedPackage.loads(package)
    except (BadSignature, TypeError, ValueError):
        return False
    return True
