"""The push gateway's two addresses (protocol G of the interface contract).

Nothing that a request brings is logged: not its token, not its text.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from cloud.models import RegisteredWorkspace
from cloud.selectors.registration import workspace_by_access_token
from cloud.services.registration import workspace_seen
from push.gateway.requests import BODY_MAX_BYTES, push_parse
from push.gateway.services import push_hand_on
from push.models import Answer
from push.providers.base import ProviderAnswer
from push.providers.registry import provider_current
from workspace.errors import ApplicationError

# What a workspace makes of each: 406 forgets the token, 422 gives up, anything else it retries. The provider refusing
# the gateway's own credentials is the gateway's trouble: a workspace that waits may find it mended.
STATUS = {
    Answer.ACCEPTED: 200,
    Answer.DEAD: 406,
    Answer.REFUSED: 422,
    Answer.UNAUTHORIZED: 502,
    Answer.RETRY: 502,
}


@csrf_exempt
def push_send(request: HttpRequest, type: str) -> HttpResponse:
    """Take one push for one device of the type `apn` or `gcm`, and answer what its provider said."""
    if request.method != "POST":
        return refusal(ApplicationError("error-method-not-allowed", "Use POST", status=405), {"Allow": "POST"})
    try:
        answer = push_answer(request, type)
    except ApplicationError as error:
        headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
        return refusal(error, headers)
    if answer.answer == Answer.ACCEPTED:
        return JsonResponse({"success": True})
    return refusal(ApplicationError(f"error-push-{answer.answer}", answer.reason, status=STATUS[answer.answer]))


def push_answer(request: HttpRequest, type: str) -> ProviderAnswer:
    """Return the provider's answer to the push in the request; raises ApplicationError for all that goes before."""
    workspace = workspace_authenticate(request)
    push = push_parse(type, body_read(request))
    provider = provider_current()
    if provider is None:
        raise ApplicationError("error-no-provider", "This gateway has no push provider: its sandbox is off", status=503)
    workspace_seen(workspace=workspace)
    return push_hand_on(workspace=workspace, push=push, provider=provider)


def workspace_authenticate(request: HttpRequest) -> RegisteredWorkspace:
    """Return the workspace whose access token the request brings; raises `error-unauthorized` (401)."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    workspace = workspace_by_access_token(token.strip()) if scheme.lower() == "bearer" else None
    if workspace is None:
        raise ApplicationError("error-unauthorized", "A registered workspace's access token is needed", status=401)
    return workspace


def body_read(request: HttpRequest) -> bytes:
    """Return the body, at most a byte more of it than is allowed: enough to tell that it is too large."""
    return request.read(BODY_MAX_BYTES + 1)


def refusal(error: ApplicationError, headers: dict[str, str] | None = None) -> JsonResponse:
    """Return the error as the JSON that clients of the API know."""
    body = {"success": False, "error": f"{error.message} [{error.code}]", "errorType": error.code}
    return JsonResponse(body, status=error.status, headers=headers)
