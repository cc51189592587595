"""Checks `SITE_URL` by a real request of this server to its own public address, as clients and devices send it."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from push.http.engine import Engine, HttpAnswer, HttpRequest
from push.services.setup.progress import url_verified
from workspace.addresses import absolute_url
from workspace.database.connections import connections_release

TIMEOUT_SECONDS = 5.0
# How long the address that shows how requests arrive works, in seconds.
PROBE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of the check: whether it is good, and a sentence with advice if it is not."""

    is_good: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a request arrived at the application, behind all proxies."""

    scheme: str
    host: str
    client: str
    forwarded_for: str


def probe_signer() -> signing.TimestampSigner:
    """Return the signer of probes: only this installation can make one, so that strangers learn nothing."""
    return signing.TimestampSigner(salt="push.setup-probe")


def probe_is_valid(probe: str) -> bool:
    """Return True if this server made the probe within the last minute."""
    try:
        probe_signer().unsign(probe, max_age=PROBE_SECONDS)
    except signing.BadSignature:
        return False
    return True


def site_address_check(*, seen: str = "") -> list[Finding]:
    """Compare `SITE_URL` with the address that the browser shows (`seen`; empty: unknown), and send a request to it."""
    findings = [browser_finding(seen)] if seen else []
    connections_release()
    probe = probe_signer().sign(secrets.token_urlsafe(12))
    engine = Engine(connect_timeout=TIMEOUT_SECONDS, timeout=TIMEOUT_SECONDS)
    url = f"{absolute_url(reverse('setup-echo'))}?probe={probe}"
    try:
        # The operator chose SITE_URL, which may be in a private network.
        (answer,) = engine.send([HttpRequest(url=url, method="GET", public_only=False)])
    finally:
        engine.close()
    findings += answer_findings(answer, probe)
    if all(finding.is_good for finding in findings):
        url_verified(url=settings.SITE_URL)
    return findings


def browser_finding(seen: str) -> Finding:
    """Return the result of comparing `SITE_URL` with the address that the browser shows."""
    if seen == settings.SITE_URL:
        return Finding(True, _("Your browser shows the same address."))
    values = {"seen": seen[:200], "url": settings.SITE_URL}
    sentence = _(
        "Your browser shows %(seen)s, but SITE_URL is %(url)s. If users will open the address in your browser, set "
        "SITE_URL=%(seen)s and restart the server. Otherwise, open %(url)s and check again."
    )
    return Finding(False, sentence % values)


def answer_findings(answer: HttpAnswer, probe: str) -> list[Finding]:
    """Return what the response to the server's own request shows."""
    values = {"url": settings.SITE_URL, "host": urlsplit(settings.SITE_URL).netloc, "error": answer.error}
    if answer.status is None:
        sentence = _(
            "This server cannot reach %(url)s: %(error)s. Check the name in DNS, the certificate, the port and the "
            "firewall. Clients may still be able to reach it if the problem is in this server's own network."
        )
        return [Finding(False, sentence % values)]
    if answer.status in {301, 302, 307, 308}:
        return [
            Finding(False, redirect_advice(answer) % {**values, "target": answer.headers.get("location", "")[:200]})
        ]
    if answer.status == 400:
        sentence = _(
            "The host name %(host)s is refused. Add it to ALLOWED_HOSTS, or let the proxy pass the header Host."
        )
        return [Finding(False, sentence % values)]
    arrival = arrival_read(answer, probe)
    if arrival is None:
        sentence = _(
            "Another server responds at %(url)s (status %(status)d). Check that the name and the proxy lead to this "
            "server, and that the path in SITE_URL is right."
        )
        return [Finding(False, sentence % {**values, "status": answer.status})]
    return arrival_findings(arrival)


def redirect_advice(answer: HttpAnswer) -> str:
    """Return the advice for a redirect; one to the same address is a loop, because https is not recognized."""
    target = answer.headers.get("location", "")
    if target.startswith("https://") and settings.SITE_URL.startswith("https://"):
        return _(
            "The server redirects %(url)s to itself, because it does not see that the proxy received the request over "
            "https. Let the proxy set the header X-Forwarded-Proto to the scheme, and leave BEHIND_PROXY on."
        )
    return _("%(url)s redirects to %(target)s. Set SITE_URL to the address at which users arrive.")


def arrival_read(answer: HttpAnswer, probe: str) -> Arrival | None:
    """Return how the request arrived; None if the response is not from this installation."""
    try:
        body: Any = json.loads(answer.body)
    except ValueError:
        return None
    if not isinstance(body, dict) or body.get("probe") != probe:
        return None
    return Arrival(*(str(body.get(name, "")) for name in ("scheme", "host", "client", "forwardedFor")))


def arrival_findings(arrival: Arrival) -> list[Finding]:
    """Return the results of comparing how the request arrived with `SITE_URL`."""
    site = urlsplit(settings.SITE_URL)
    findings = []
    if arrival.scheme != site.scheme:
        sentence = _(
            "The request was sent over %(sent)s, but arrived as %(scheme)s. Let the proxy set the header "
            "X-Forwarded-Proto to the scheme, and leave BEHIND_PROXY on."
        )
        findings.append(Finding(False, sentence % {"sent": site.scheme, "scheme": arrival.scheme}))
    if arrival.host.lower() != site.netloc.lower():
        sentence = _("The request was sent to %(sent)s, but arrived for %(host)s. Let the proxy pass the header Host.")
        findings.append(Finding(False, sentence % {"sent": site.netloc, "host": arrival.host[:200]}))
    forwarded = {part.strip() for part in arrival.forwarded_for.split(",") if part.strip()}
    if forwarded and arrival.client not in forwarded:
        sentence = _(
            "All clients seem to have the address %(client)s of the proxy, and share its limits. Set "
            "FORWARDED_ALLOW_IPS to the proxy's address."
        )
        findings.append(Finding(False, sentence % {"client": arrival.client}))
    return findings or [
        Finding(True, _("A request of this server to %(url)s arrived correctly.") % {"url": settings.SITE_URL})
    ]
