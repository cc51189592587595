"""Sentences that explain why a request failed, instead of libcurl's error texts."""

from __future__ import annotations

import logging

import pycurl
from django.utils.translation import gettext_noop

from workspace.logs.events import LogEvent

REQUEST_FAILED = LogEvent(
    "outbound.failed",
    "A request to another server got no response.",
    {"code": "libcurl's error code"},
    logging.DEBUG,
)

NOT_TRUSTED = gettext_noop("The server's certificate is not trusted.")
NO_TLS = gettext_noop("No encrypted connection to the server could be established.")
SENTENCES: dict[int, str] = {
    pycurl.E_COULDNT_RESOLVE_HOST: gettext_noop("The server's host name could not be resolved."),
    pycurl.E_COULDNT_RESOLVE_PROXY: gettext_noop("The proxy's host name could not be resolved."),
    pycurl.E_COULDNT_CONNECT: gettext_noop("Could not connect to the server."),
    pycurl.E_OPERATION_TIMEDOUT: gettext_noop("The server did not respond in time."),
    pycurl.E_PEER_FAILED_VERIFICATION: NOT_TRUSTED,
    pycurl.E_SSL_CACERT_BADFILE: gettext_noop("The file with trusted certificates cannot be read."),
    pycurl.E_SSL_CERTPROBLEM: gettext_noop("The client certificate cannot be used."),
    pycurl.E_SSL_CONNECT_ERROR: NO_TLS,
    pycurl.E_SSL_CIPHER: NO_TLS,
    pycurl.E_URL_MALFORMAT: gettext_noop("The server's address is malformed."),
    pycurl.E_UNSUPPORTED_PROTOCOL: gettext_noop("The server's address must begin with http:// or https://."),
    pycurl.E_GOT_NOTHING: gettext_noop("The server closed the connection without an answer."),
}
OTHERWISE = gettext_noop("The connection broke off.")


def failure_sentence(code: int) -> str:
    """Return the reason for libcurl's error code, which is logged; libcurl's own message may contain addresses."""
    REQUEST_FAILED.log(code=code)
    return SENTENCES.get(code, OTHERWISE)
