"""HTTP client for the cloud. Requests are limited in time and size, and their contents are never logged.

Certificates are verified, redirects are not followed, and requests use the installation's proxy (`OUTBOUND_PROXY`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pycurl
from django.utils.translation import gettext as _

from workspace.address_masks import address_mask
from workspace.database.connections import connections_release
from workspace.errors import ApplicationError
from workspace.outbound import open_socket, outbound_current

# Seconds to connect, and for the whole request. They are short because a user may be waiting for the page.
CONNECT_SECONDS = 3
TOTAL_SECONDS = 8
RESPONSE_MAX_BYTES = 1024 * 1024
ERROR_MAX_LENGTH = 300


class CloudError(ApplicationError):
    """The cloud could not be reached, or refused the request.

    `cloud_status` is the HTTP status of its response, or None without a response; `answer` is the response's JSON.
    """

    def __init__(self, code: str, message: str, *, cloud_status: int | None = None, answer: Any = None) -> None:
        super().__init__(code, message)
        self.cloud_status = cloud_status
        self.answer: dict[str, Any] = answer if isinstance(answer, dict) else {}


def cloud_post(
    url: str,
    path: str,
    *,
    document: Mapping[str, Any] | None = None,
    form: Mapping[str, str] | None = None,
    token: str = "",
    basic: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """POST a JSON document (or a form) to the cloud at `url` and return the JSON object of the response.

    `token` is a bearer token; `basic` is a client id and secret. Raises CloudError with a message for users.
    """
    headers = ["Accept: application/json", "Expect:"]
    if form is None:
        headers.append("Content-Type: application/json")
        body = json.dumps(document or {}).encode()
    else:
        body = urlencode(form).encode()
    if token:
        headers.append(f"Authorization: Bearer {token}")
    # The cloud may be this same site, which needs a database connection to handle the request.
    connections_release()
    handle, received = pycurl.Curl(), BytesIO()
    try:
        _prepare(handle, f"{url.rstrip('/')}/{path}", headers, body, basic)
        handle.setopt(pycurl.WRITEFUNCTION, _writer_with_limit(received))
        handle.perform()
        status = handle.getinfo(pycurl.RESPONSE_CODE)
    except pycurl.error as error:
        raise _unreachable_error(url, error) from None
    finally:
        handle.close()
    return _read_response(url, status, received.getvalue())


def _prepare(handle: Any, url: str, headers: list[str], body: bytes, basic: tuple[str, str] | None) -> None:
    handle.setopt(pycurl.URL, url)
    handle.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    handle.setopt(pycurl.POST, 1)
    handle.setopt(pycurl.POSTFIELDS, body)
    handle.setopt(pycurl.HTTPHEADER, headers)
    handle.setopt(pycurl.FOLLOWLOCATION, 0)
    handle.setopt(pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2)
    outbound = outbound_current()
    handle.setopt(pycurl.CAINFO, outbound.ca_file)
    handle.setopt(pycurl.PROXY, outbound.proxy)
    handle.setopt(pycurl.NOPROXY, outbound.no_proxy)
    handle.setopt(pycurl.OPENSOCKETFUNCTION, lambda *given: open_socket(*given) or pycurl.SOCKET_BAD)
    handle.setopt(pycurl.NOSIGNAL, 1)
    handle.setopt(pycurl.CONNECTTIMEOUT, CONNECT_SECONDS)
    handle.setopt(pycurl.TIMEOUT, TOTAL_SECONDS)
    if basic:
        handle.setopt(pycurl.HTTPAUTH, pycurl.HTTPAUTH_BASIC)
        handle.setopt(pycurl.USERNAME, basic[0])
        handle.setopt(pycurl.PASSWORD, basic[1])


def _writer_with_limit(received: BytesIO) -> Any:
    def write(data: bytes) -> int | None:
        if received.tell() + len(data) > RESPONSE_MAX_BYTES:
            return 0
        received.write(data)
        return None

    return write


def _unreachable_error(url: str, error: pycurl.error) -> CloudError:
    code = error.args[0]
    reasons = {
        pycurl.E_COULDNT_RESOLVE_HOST: _("its host name could not be resolved"),
        pycurl.E_COULDNT_RESOLVE_PROXY: _("the proxy's host name could not be resolved"),
        pycurl.E_COULDNT_CONNECT: _("it refused the connection"),
        pycurl.E_OPERATION_TIMEDOUT: _("it did not respond in time"),
        pycurl.E_PEER_FAILED_VERIFICATION: _("its certificate is not trusted"),
        pycurl.E_URL_MALFORMAT: _("the address is malformed"),
        pycurl.E_UNSUPPORTED_PROTOCOL: _("the address must begin with http:// or https://"),
        pycurl.E_WRITE_ERROR: _("its response is too long"),
    }
    reason = reasons.get(code) or _("the connection failed (%(code)d)") % {"code": code}
    message = _("The cloud at %(url)s cannot be reached: %(reason)s.") % {"url": address_mask(url), "reason": reason}
    return CloudError("error-cloud-unreachable", message)


def _read_response(url: str, status: int, body: bytes) -> dict[str, Any]:
    """Return the response's JSON object; raises CloudError for error responses and for anything else."""
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if isinstance(answer, dict) and 200 <= status < 300:
        return answer
    if not isinstance(answer, dict) or not isinstance(answer.get("errorType"), str):
        values = {"url": address_mask(url), "status": status}
        message = _("%(url)s does not respond like a Callboard cloud (status %(status)d).") % values
        raise CloudError("error-cloud-answer", message)
    code = answer["errorType"][:64]
    text = str(answer.get("error") or code).removesuffix(f"[{code}]").strip()[:ERROR_MAX_LENGTH]
    raise CloudError(code, text, cloud_status=status, answer=answer)
