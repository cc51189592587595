"""Carrying out the reports of a source, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import cast

from django.db import IntegrityError

from workspace.models import EventSource
from workspace.services.events.people import presence_report, user_report
from workspace.services.events.posting import messages_report
from workspace.services.events.reports import (
    DeletionReport,
    MessageReport,
    Outcome,
    PresenceReport,
    ReadReport,
    Report,
    ReportError,
    RoomReport,
    UserReport,
)
from workspace.services.events.rooms import deletion_report, read_report, room_report


def reports_carry_out(*, source: EventSource, reports: Sequence[Report]) -> list[Outcome]:
    """Carry out the reports in their order, and return the outcome of each.

    Each is carried out entirely or not at all. Messages that follow each other are stored together.
    """
    outcomes: list[Outcome] = []
    for is_message, following in groupby(reports, key=lambda report: isinstance(report, MessageReport)):
        if is_message:
            outcomes += messages_report(source=source, reports=cast("list[MessageReport]", list(following)))
        else:
            outcomes += [report_carry_out(source, report) for report in following]
    return outcomes


def report_carry_out(source: EventSource, report: Report) -> Outcome:
    """Carry out a report about anything but a message. If another call creates the same row, try once more."""
    try:
        try:
            report_save(source, report)
        except IntegrityError:
            report_save(source, report)
    except ReportError as error:
        return Outcome(errors=error.errors)
    return Outcome()


def report_save(source: EventSource, report: Report) -> None:
    """Call the service for the kind of the report."""
    match report:
        case UserReport():
            user_report(source=source, report=report)
        case RoomReport():
            room_report(source=source, report=report)
        case ReadReport():
            read_report(source=source, report=report)
        case PresenceReport():
            presence_report(source=source, report=report)
        case DeletionReport():
            deletion_report(source=source, report=report)
