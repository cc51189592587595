"""Carrying out what a source reports about a person: their name and address, and their presence."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from workspace.errors import ApplicationError
from workspace.models import ClientPresence, EventSource, Presence, User
from workspace.selectors.events.known import person_known
from workspace.services.accounts import locale_save, sign_ins_end
from workspace.services.addresses import address_remove, address_replace
from workspace.services.events.creating import people_create
from workspace.services.events.reports import PresenceReport, ReportError, UserReport
from workspace.services.presence import clients_disconnect, presence_recalculate

ONLINE, AWAY, OFFLINE = "online", "away", "offline"


def known_or_new(source: EventSource, external_id: str, *, field: str, name: str = "") -> User:
    """Return the account of a person; create it if the source may. Raises ReportError for an unknown person."""
    user = person_known(source, external_id)
    if user is None and source.creates_unknown:
        created = people_create(source=source, names={external_id: name})
        user = User.objects.get(pk=created[external_id].pk)
    if user is None:
        raise ReportError(field, f"unknown person “{external_id}”")
    return user


@transaction.atomic
def user_report(*, source: EventSource, report: UserReport) -> User:
    """Create the person, or change what the report contains. Raises ReportError.

    With this report, a source may create people even if it may not create those that other events mention.
    """
    user = person_known(source, report.id)
    if user is None:
        created = people_create(
            source=source, names={report.id: report.name or ""}, usernames={report.id: report.username or report.id}
        )
        user = User.objects.get(pk=created[report.id].pk)
    if report.name is not None and report.name != user.name:
        user.name = report.name
        user.save(update_fields=["name", "updated_at"])
    activity_save(user, report.is_active)
    locale_report(user, report)
    if report.email is not None:
        address_report(source, user, report.email)
    return user


def activity_save(user: User, is_active: bool | None) -> None:
    """Activate or deactivate the account. A deactivated one receives no notifications."""
    if is_active is None or is_active == user.is_active:
        return
    user.is_active = is_active
    user.save(update_fields=["is_active", "updated_at"])
    if not is_active:
        sign_ins_end(user=user)
        clients_disconnect(user=user)


def locale_report(user: User, report: UserReport) -> None:
    """Save the language and time zone."""
    try:
        locale_save(user=user, language=report.language)
    except ValidationError as error:
        raise ReportError("language", " ".join(error.messages)) from error
    try:
        locale_save(user=user, time_zone=report.time_zone)
    except ValidationError as error:
        raise ReportError("timeZone", " ".join(error.messages)) from error


def address_report(source: EventSource, user: User, address: str) -> None:
    """Replace or remove the address of the person. Whether it counts as verified is a setting of the source."""
    if not address:
        for email in user.emails.all():
            address_remove(email=email)
        return
    try:
        address_replace(user=user, address=address, verified=source.trusts_addresses or None, by=source.created_by)
    except ValidationError as error:
        raise ReportError("email", " ".join(error.messages)) from error


@transaction.atomic
def presence_report(*, source: EventSource, report: PresenceReport) -> User:
    """Record that the person uses the source's application, has it open, or has left it. Raises ReportError.

    Without a further report, they count as disconnected after `seconds`.
    """
    user, now = known_or_new(source, report.user, field="user"), timezone.now()
    presence, _created = Presence.objects.select_for_update().get_or_create(user=user)
    client = f"source:{source.public_id}"
    ClientPresence.objects.filter(user=user, connected_until__lte=now).delete()
    if report.status == OFFLINE:
        clients_disconnect(user=user, prefix=client)
        return user
    is_online = report.status == ONLINE
    ClientPresence.objects.update_or_create(
        user=user,
        client=client,
        defaults={
            "connected_until": now + timedelta(seconds=report.seconds),
            "in_use": is_online,
            "last_active_at": now if is_online else None,
        },
    )
    presence_recalculate(presence, now)
    return user


def error_of(error: ApplicationError, field: str) -> ReportError:
    """Return an error of another service as that of a field."""
    return ReportError(field, error.message or error.code)
