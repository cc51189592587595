"""The contact that browsers' push services are given."""

from __future__ import annotations

from typing import Any

import pytest

from cloud.models import SetupWizardSettings
from push.providers.web_push.contact import subject_problem
from push.providers.web_push.identity import vapid_subject
from tests.push.conftest import settings_change


@pytest.mark.parametrize(
    "subject", ["mailto:ops@example.org", "https://chat.example.org", "https://example.org:8443/x"]
)
def test_contacts_on_the_public_internet_are_accepted(subject: str) -> None:
    assert subject_problem(subject) == ""


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("mailto:callboard@localhost", "not “localhost”"),
        ("mailto:ops@chat.internal", "public internet"),
        ("mailto:ops", "public internet"),
        ("https://localhost:8000", "public internet"),
        ("https://intranet", "public internet"),
        ("https://10.0.0.7", "public internet"),
        ("https://[::1]/", "public internet"),
        ("https://[nowhere", "public internet"),
        ("http://chat.example.org", "e-mail address (mailto:…) or an https address"),
        ("ops@example.org", "e-mail address (mailto:…) or an https address"),
        ("mailto: ops@example.org", "e-mail address (mailto:…) or an https address"),
        ("", "e-mail address (mailto:…) or an https address"),
    ],
)
def test_contacts_that_apple_refuses_are_refused_with_a_sentence(subject: str, words: str) -> None:
    assert words in subject_problem(subject)


@pytest.mark.django_db
def test_the_setting_comes_first_then_the_workspaces_contact_the_site_and_the_sender(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL, settings.SITE_URL = "Callboard <callboard@localhost>", "http://127.0.0.1:8000"
    assert vapid_subject() == "mailto:callboard@localhost"
    settings.DEFAULT_FROM_EMAIL = "Callboard <bot@example.org>"
    assert vapid_subject() == "mailto:bot@example.org"
    settings.SITE_URL = "https://chat.example.org"
    assert vapid_subject() == "https://chat.example.org"
    wizard = SetupWizardSettings.stored()
    wizard.organization_email = "ops@example.org"
    wizard.save()
    SetupWizardSettings.forget_cached()
    assert vapid_subject() == "mailto:ops@example.org"
    settings_change(web_push_contact="mailto:push@example.org")
    assert vapid_subject() == "mailto:push@example.org"
