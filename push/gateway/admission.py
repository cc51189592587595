"""Authenticates the gateway's callers and limits their rate. Lookups are cached for one second."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from cloud.gateway_protocols import ROCKETCHAT
from cloud.models import Admission, CloudServiceSettings, RegisteredWorkspace
from cloud.secrets import secret_digest
from cloud.selectors.quota import limit_of
from cloud.selectors.registration import workspace_by_access_token, workspace_by_gateway_key
from cloud.selectors.terms import terms_agreed
from cloud.services.registration import workspace_register, workspace_seen
from workspace.errors import ApplicationError

CACHE_SECONDS = 1.0
CACHE_ENTRIES = 10_000
UNIQUE_ID_MAX_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated workspace. `fetches_tokens` is false for other chat servers, which do not use this cloud.

    `protocol` is the name of the protocol that it speaks. `limit` is its maximum of pushes per month (None: unlimited),
    `rate` its maximum per minute.
    """

    key: int
    unique_id: str
    limit: int | None
    rate: int
    terms_agreed: bool
    fetches_tokens: bool
    protocol: str = ROCKETCHAT


def protocol_check(caller: Caller, protocol: str) -> None:
    """Raise `error-protocol` (403) if the workspace speaks another protocol.

    The key of one protocol may be less secret than that of another: a Matrix app contains its own.
    """
    if caller.protocol != protocol:
        raise ApplicationError(
            "error-protocol", "This workspace speaks another protocol; the cloud's console can change it", status=403
        )


def caller_find(authorization: str, gateway_key: str, unique_id: str) -> Caller:
    """Authenticate the caller by the key in the gateway's URL, by an access token, or by open registration.

    Raises `error-unauthorized` (401), and `error-registration-full` (503).
    """
    cached = _cached(gateway_key, authorization, unique_id)
    if cached is not None:
        return cached
    workspace = _workspace(authorization, gateway_key, unique_id)
    caller = Caller(
        key=workspace.pk,
        unique_id=workspace.unique_id,
        limit=limit_of(workspace),
        rate=workspace.rate_limit or CloudServiceSettings.current().rate_limit,
        terms_agreed=terms_agreed(workspace),
        fetches_tokens=not gateway_key and workspace.admission != Admission.OPEN,
        protocol=workspace.protocol,
    )
    workspace_seen(workspace=workspace, at=timezone.now())
    _remember(gateway_key, authorization, unique_id, caller)
    return caller


def _workspace(authorization: str, gateway_key: str, unique_id: str) -> RegisteredWorkspace:
    if gateway_key:
        workspace = workspace_by_gateway_key(gateway_key)
    else:
        scheme, _space, token = authorization.partition(" ")
        workspace = workspace_by_access_token(token.strip()) if scheme.lower() == "bearer" else None
        if workspace is None and CloudServiceSettings.current().open_registration:
            workspace = _open_workspace(unique_id)
    if workspace is None:
        raise ApplicationError(
            "error-unauthorized", "The access token of a registered workspace is required", status=401
        )
    return workspace


def _open_workspace(unique_id: str) -> RegisteredWorkspace | None:
    """Return the workspace that is admitted by its unique id alone; None if it needs credentials."""
    if not unique_id or len(unique_id) > UNIQUE_ID_MAX_LENGTH:
        return None
    workspace = RegisteredWorkspace.objects.filter(unique_id=unique_id).first()
    if workspace is None:
        workspace = _open_register(unique_id)
    return workspace if workspace.admission == Admission.OPEN and workspace.is_active else None


def _open_register(unique_id: str) -> RegisteredWorkspace:
    opened = RegisteredWorkspace.objects.filter(admission=Admission.OPEN)
    if opened.count() >= CloudServiceSettings.current().open_workspaces:
        raise ApplicationError("error-registration-full", "This gateway accepts no more servers", status=503)
    try:
        with transaction.atomic():
            return workspace_register(unique_id=unique_id, name=unique_id, admission=Admission.OPEN)[0]
    except IntegrityError:
        return RegisteredWorkspace.objects.get(unique_id=unique_id)


# By the digest of their credentials; tokens themselves are not cached.
_callers: OrderedDict[str, tuple[float, Caller]] = OrderedDict()


def _cache_key(gateway_key: str, authorization: str, unique_id: str) -> str:
    return secret_digest(f"{gateway_key}\0{authorization}\0{unique_id}")


def _cached(gateway_key: str, authorization: str, unique_id: str) -> Caller | None:
    entry = _callers.get(_cache_key(gateway_key, authorization, unique_id))
    return entry[1] if entry and time.monotonic() - entry[0] < CACHE_SECONDS else None


def caller_cached(authorization: str, gateway_key: str, unique_id: str) -> Caller | None:
    """Return the caller if it was authenticated within the last second; does not query the database."""
    return _cached(gateway_key, authorization, unique_id)


def _remember(gateway_key: str, authorization: str, unique_id: str, caller: Caller) -> None:
    _callers[_cache_key(gateway_key, authorization, unique_id)] = time.monotonic(), caller
    while len(_callers) > CACHE_ENTRIES:
        _callers.popitem(last=False)


def callers_forget() -> None:
    """Clear the caches of callers and rates."""
    _callers.clear()
    _windows.clear()


# The number of pushes per workspace in the current minute, in this process.
_windows: dict[int, tuple[int, int]] = {}


def rate_check(caller: Caller, pushes: int) -> None:
    """Count the pushes; raises `error-too-many-requests` (429) if the caller exceeds its limit per minute.

    `details["retryAfter"]` is the number of seconds until the next minute. Each process counts separately: the limit
    only protects the gateway, while the quota is exact.
    """
    now = time.time()
    minute = int(now // 60)
    begun, count = _windows.get(caller.key, (minute, 0))
    count = count if begun == minute else 0
    if count + pushes > caller.rate and count:
        seconds = 60 - int(now % 60)
        raise ApplicationError(
            "error-too-many-requests",
            "Too many pushes per minute; wait for the next minute",
            status=429,
            details={"retryAfter": seconds},
        )
    _windows[caller.key] = minute, count + pushes
    if len(_windows) > CACHE_ENTRIES:
        _windows.clear()
