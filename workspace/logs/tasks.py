"""Connects the log lines of a task with those of the request that queued it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.dispatch import receiver
from django_q.signals import post_execute_in_worker, pre_enqueue, pre_execute

from workspace.logs.context import SANE_REQUEST_ID, bind_contextvars, bound_id, clear_contextvars
from workspace.logs.events import LogEvent

# The key of a task in the broker that contains the id of the request; earlier versions ignore it.
REQUEST = "request"

TASK_STARTED = LogEvent("task.started", "The worker runs a task.", {"name": "the task"}, logging.DEBUG)


@receiver(pre_enqueue, dispatch_uid="logs.task_enqueued")
def task_enqueued(task: dict[str, Any], **_signal: Any) -> None:
    """Add the id of the present request to a task that is queued."""
    if request_id := bound_id("request"):
        task[REQUEST] = request_id


@receiver(pre_execute, dispatch_uid="logs.task_begun")
def task_begun(task: Mapping[str, Any], **_signal: Any) -> None:
    """Bind the task's id, and the request's.

    Most tasks have no arguments. They do all waiting work, so the request that queued one only woke the worker.
    """
    clear_contextvars()
    request_id = str(task.get(REQUEST, ""))
    request = {}
    if SANE_REQUEST_ID.fullmatch(request_id):
        request = {"request" if task.get("args") else "woken_by": request_id}
    bind_contextvars(task=task.get("id") or None, **request)
    TASK_STARTED.log(name=str(task.get("func", "")))


@receiver(post_execute_in_worker, dispatch_uid="logs.task_ended")
def task_ended(**_signal: Any) -> None:
    """Unbind the ids."""
    clear_contextvars()
