"""E-mails of an installation without a mail server."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from tests.admin_rows import administrator, staff
from workspace.models import KeptMail

pytestmark = pytest.mark.django_db

LIST = "/admin/workspace/keptmail/"


@pytest.fixture(autouse=True)
def _backend(settings: object) -> None:
    settings.EMAIL_BACKEND = "workspace.mail.DatabaseBackend"  # type: ignore[attr-defined]


def mail(subject: str = "News") -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject, "plain <words>", to=["bob@example.org"], headers={"Auto-Submitted": "yes"}
    )
    message.attach_alternative("<p>rich words</p><script>alert(1)</script>", "text/html")
    return message


def test_a_mail_is_stored_completely() -> None:
    assert mail().send() == 1
    kept = KeptMail.objects.get()
    assert (kept.subject, kept.recipients, kept.text) == ("News", ["bob@example.org"], "plain <words>")
    assert kept.html.startswith("<p>rich words</p>")
    assert kept.headers["Auto-Submitted"] == "yes"


def test_an_invalid_mail_is_not_stored() -> None:
    with pytest.raises(ValueError, match="newlines"):
        mail("News\nBcc: all@example.org").send()
    assert not KeptMail.objects.exists()


def test_administrators_read_them_without_their_scripts(client: Client) -> None:
    mail().send()
    client.force_login(administrator())
    assert "bob@example.org" in client.get(LIST).content.decode()
    html = client.get(f"{LIST}{KeptMail.objects.get().pk}/change/").content.decode()
    assert "plain &lt;words&gt;" in html
    assert 'sandbox="allow-popups"' in html
    assert "&lt;p&gt;rich words&lt;/p&gt;" in html
    assert "<script>alert(1)" not in html


def test_stored_mails_require_the_permission(client: Client) -> None:
    assert client.get(LIST).status_code == 302
    client.force_login(staff("push.view_device"))
    assert client.get(LIST).status_code == 403
