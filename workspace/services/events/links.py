"""Signed links by which people of a source open their preferences, without an account to sign in with.

A link is valid for some minutes. Opening it begins a visit, whose token is part of the address of each page, because
browsers do not send cookies from frames of other sites.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.utils import timezone

from workspace.addresses import absolute_url
from workspace.models import EventKind, EventSource, SourcePerson, User
from workspace.services.events.people import known_or_new
from workspace.stored_json import StoredValueError, stored_read, stored_write

LINK_LIFETIME, VISIT_LIFETIME = timedelta(minutes=5), timedelta(hours=1)
LINK_SALT, VISIT_SALT = "workspace.events.link", "workspace.events.visit"
EMBEDDED = "/embedded/"


@dataclass(frozen=True, slots=True)
class SignedVisit:
    """The contents of a token: a person of a source, by the keys of the account and the source."""

    source: int
    user: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A person who has opened their preferences with a link, and the origins that may show them in a frame."""

    user: User
    frame_origins: str


def preferences_link(*, source: EventSource, external_id: str) -> tuple[str, datetime]:
    """Return a link to the person's preferences, and until when it can be opened. Raises ReportError if unknown."""
    user = known_or_new(source, external_id, field="user")
    token = signing.dumps(stored_write(SignedVisit(source.pk, user.pk)), salt=LINK_SALT)
    return absolute_url(f"{EMBEDDED}{token}/"), timezone.now() + LINK_LIFETIME


def visit_begin(token: str) -> str:
    """Return the token of a visit for that of a link; empty if the link is invalid or has expired."""
    signed = signed_in_token(token, salt=LINK_SALT, lifetime=LINK_LIFETIME)
    return signing.dumps(stored_write(signed), salt=VISIT_SALT) if signed and visit_with(signed) else ""


def visit_of(token: str) -> Visit | None:
    """Return the visit with this token; None if it is invalid or has expired."""
    signed = signed_in_token(token, salt=VISIT_SALT, lifetime=VISIT_LIFETIME)
    return visit_with(signed) if signed else None


def signed_in_token(token: str, *, salt: str, lifetime: timedelta) -> SignedVisit | None:
    """Return the contents of a token."""
    try:
        return stored_read(SignedVisit, signing.loads(token, salt=salt, max_age=lifetime))
    except (signing.BadSignature, StoredValueError):
        return None


def visit_with(signed: SignedVisit) -> Visit | None:
    """Return the visit, if the person is active and still one of the source, and the source may create links."""
    people = SourcePerson.objects.select_related("user", "source")
    person = people.filter(source=signed.source, user=signed.user, user__is_active=True).first()
    if person is None or not person.source.is_enabled or not person.source.allows(EventKind.LINK):
        return None
    return Visit(person.user, person.source.frame_origins)
