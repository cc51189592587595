"""Who may push through the gateway, how much and how fast; looked up at most once a second for each of them."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

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
    """A workspace that was let in. `fetches_tokens` is false for other chat servers, which know nothing of this cloud.

    `limit` is its pushes a month (None: any number), `rate` those a minute.
    """

    key: int
    unique_id: str
    limit: int | None
    rate: int
    terms_agreed: bool
    fetches_tokens: bool


def caller_find(authorization: str, gateway_key: str, unique_id: str) -> Caller:
    """Return who pushes: by the key in the gateway's address, by an access token, or by open registration.

    Raises `error-unauthorized` (401), and `error-registration-full` (503).
    """
    found = _cached(gateway_key, authorization, unique_id)
    if found is not None:
        return found
    workspace = _workspace(authorization, gateway_key, unique_id)
    caller = Caller(
        key=workspace.pk,
        unique_id=workspace.unique_id,
        limit=limit_of(workspace),
        rate=workspace.rate_limit or CloudServiceSettings.current().rate_limit,
        terms_agreed=terms_agreed(workspace),
        fetches_tokens=not gateway_key and workspace.admission != Admission.OPEN,
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
        raise ApplicationError("error-unauthorized", "A registered workspace's access token is needed", status=401)
    return workspace


def _open_workspace(unique_id: str) -> RegisteredWorkspace | None:
    """Return the workspace that is let in for its unique id alone; None for one that must prove who it is."""
    if not unique_id or len(unique_id) > UNIQUE_ID_MAX_LENGTH:
        return None
    known = RegisteredWorkspace.objects.filter(unique_id=unique_id).first()
    if known is None:
        known = _open_register(unique_id)
    return known if known.admission == Admission.OPEN and known.is_active else None


def _open_register(unique_id: str) -> RegisteredWorkspace:
    opened = RegisteredWorkspace.objects.filter(admission=Admission.OPEN)
    if opened.count() >= CloudServiceSettings.current().open_workspaces:
        raise ApplicationError("error-registration-full", "This gateway takes no further servers in", status=503)
    try:
        with transaction.atomic():
            return workspace_register(unique_id=unique_id, name=unique_id, admission=Admission.OPEN)[0]
    except IntegrityError:
        return RegisteredWorkspace.objects.get(unique_id=unique_id)


# By the digest of what proves who they are: a token itself is not kept.
_callers: OrderedDict[str, tuple[float, Caller]] = OrderedDict()


def _cache_key(gateway_key: str, authorization: str, unique_id: str) -> str:
    return secret_digest(f"{gateway_key}\0{authorization}\0{unique_id}")


def _cached(gateway_key: str, authorization: str, unique_id: str) -> Caller | None:
    found = _callers.get(_cache_key(gateway_key, authorization, unique_id))
    return found[1] if found and time.monotonic() - found[0] < CACHE_SECONDS else None


def caller_cached(authorization: str, gateway_key: str, unique_id: str) -> Caller | None:
    """Return who pushes if that was looked up within the last second; asks no database."""
    return _cached(gateway_key, authorization, unique_id)


def _remember(gateway_key: str, authorization: str, unique_id: str, caller: Caller) -> None:
    _callers[_cache_key(gateway_key, authorization, unique_id)] = time.monotonic(), caller
    while len(_callers) > CACHE_ENTRIES:
        _callers.popitem(last=False)


def callers_forget() -> None:
    """Look everybody up anew."""
    _callers.clear()
    _windows.clear()


# The pushes of each workspace in the current minute, counted by this process alone.
_windows: dict[int, tuple[int, int]] = {}


def rate_check(caller: Caller, pushes: int) -> None:
    """Count the pushes; raises `error-too-many-requests` (429) beyond the caller's limit a minute.

    `details["retryAfter"]` tells after how many seconds the next minute begins. Several processes each count by
    themselves: the limit protects the gateway, the quota is what is exact.
    """
    now = time.time()
    minute = int(now // 60)
    begun, count = _windows.get(caller.key, (minute, 0))
    count = count if begun == minute else 0
    if count + pushes > caller.rate and count:
        seconds = 60 - int(now % 60)
        raise ApplicationError(
            "error-too-many-requests",
            "Too many pushes a minute; wait for the next one",
            status=429,
            details={"retryAfter": seconds},
        )
    _windows[caller.key] = minute, count + pushes
    if len(_windows) > CACHE_ENTRIES:
        _windows.clear()
