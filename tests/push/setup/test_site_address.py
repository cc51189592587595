"""The check of `SITE_URL`: what it finds behind proxies that are configured wrongly."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from push.http.requests import HttpAnswer
from push.selectors.setup.progress import progress_current, state_of
from push.services.setup.site_address import answer_findings, browser_finding, probe_signer

SITE = "https://callboard.example"


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL = SITE


def arrived(**changes: str) -> HttpAnswer:
    body = {"probe": "p", "scheme": "https", "host": "callboard.example", "client": "192.0.2.1", "forwardedFor": ""}
    return HttpAnswer(200, body=json.dumps(body | changes).encode())


FAULTS = {
    "no name in DNS": (HttpAnswer(error="Could not resolve host"), "cannot reach https://callboard.example"),
    "another server": (HttpAnswer(404, body=b"<html>"), "Another server responds"),
    "a refused host": (HttpAnswer(400), "Add it to ALLOWED_HOSTS"),
    "a redirect loop": (HttpAnswer(301, headers={"location": f"{SITE}/setup/echo"}), "X-Forwarded-Proto"),
    "another address": (
        HttpAnswer(302, headers={"location": "http://www.example/"}),
        "redirects to http://www.example/",
    ),
    "http behind the proxy": (arrived(scheme="http"), "X-Forwarded-Proto"),
    "another host": (arrived(host="127.0.0.1:8000"), "pass the header Host"),
    "an unknown proxy": (arrived(client="10.0.0.2", forwardedFor="192.0.2.7"), "FORWARDED_ALLOW_IPS"),
    "somebody else's probe": (arrived(probe="q"), "Another server responds"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_are_explained(name: str) -> None:
    answer, words = FAULTS[name]
    (finding,) = answer_findings(answer, "p")
    assert not finding.is_good
    assert words in finding.sentence


def test_a_request_that_arrives_as_it_was_sent_is_good() -> None:
    for answer in (arrived(), arrived(forwardedFor="192.0.2.1, 10.0.0.2")):
        (finding,) = answer_findings(answer, "p")
        assert finding.is_good


def test_the_browsers_address_is_compared() -> None:
    assert browser_finding(SITE).is_good
    assert "set SITE_URL=https://other.example" in browser_finding("https://other.example").sentence


def test_only_this_servers_probes_are_answered(new_installation: None) -> None:
    assert Client().get("/setup/echo", {"probe": "x"}).status_code == 404
    assert Client().get("/setup/echo").status_code == 404
    answer = Client().get("/setup/echo", {"probe": probe_signer().sign("x")}).json()
    assert answer["host"] == "testserver"


def test_an_unreachable_address_is_not_verified(wizard: Client, settings: Any) -> None:
    settings.SITE_URL = "http://127.0.0.1:9"
    html = wizard.post("/setup/address/", {"seen": "http://127.0.0.1:9"}).content.decode()
    assert "Your browser shows the same address." in html
    assert "This server cannot reach http://127.0.0.1:9" in html
    assert not state_of(progress_current()).verified_digest
    # Without scripts, the whole form returns with the result.
    html = wizard.post("/setup/workspace/", {"go": "check", "Site_Name": "Half"}).content.decode()
    assert "This server cannot reach" in html
    assert 'value="Half"' in html
