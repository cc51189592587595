"""Reporting messages, and reading and dismissing reports. Every reported text that is returned is logged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.objects import PersonObject, Timestamp, person_of
from workspace.api.paging import OffsetParams, PageResult, page_of
from workspace.api.params import Params, TextParam, TimestampParam
from workspace.errors import ApplicationError
from workspace.models import Message, Report, Room, TextPlace, User
from workspace.selectors.reports import ReportedSender, reported_senders, reports_open, senders_reported
from workspace.services.message_marks.reports import message_report, reports_dismiss
from workspace.services.text_views import messages_viewed

VIEW = "workspace.view_moderation_console"
MANAGE = "workspace.manage_moderation_actions"
DESCRIPTION_MAX_LENGTH = 1000


class ReportMessageParams(Params):
    """The message, and what is wrong with it."""

    messageId = TextParam()
    description = TextParam(allow_blank=True, max_length=DESCRIPTION_MAX_LENGTH)


class ReportMessageApi(Api):
    @endpoint(
        params=ReportMessageParams,
        summary="Report a message to the administrators",
        description="`error-invalid-description`: the description is empty. `error-invalid-message_id`: there is no "
        "such message, or the caller may not read it.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        message_report(reporter=caller_of(request), public_id=params["messageId"], description=params["description"])
        return {}


class ReportRoomObject(Result):
    """The room of a reported message."""

    _id = serializers.CharField()
    t = serializers.CharField()
    name = serializers.CharField(required=False)


class ReportedMessageObject(Result):
    """A reported message, with its text at the time of the report."""

    _id = serializers.CharField()
    rid = serializers.CharField()
    msg = serializers.CharField()
    ts = Timestamp()
    u = PersonObject()


class ReportObject(Result):
    """A report."""

    _id = serializers.CharField()
    description = serializers.CharField()
    ts = Timestamp()
    message = ReportedMessageObject()
    room = ReportRoomObject()
    reportedBy = PersonObject(required=False)


class ReportsPage(PageResult):
    """A page of reports."""

    reports = ReportObject(many=True)


class ReportedMessagesPage(PageResult):
    """A page of reported messages, each with its last report."""

    messages = ReportObject(many=True)


class ReportedUserObject(Result):
    """A user whose messages were reported, and the last reported one."""

    userId = serializers.CharField()
    username = serializers.CharField()
    name = serializers.CharField()
    isUserDeleted = serializers.BooleanField()
    count = serializers.IntegerField()
    message = serializers.CharField()
    msgId = serializers.CharField()
    ts = Timestamp()
    rooms = ReportRoomObject(many=True)
    roomIds = serializers.ListField(child=serializers.CharField())


class ReportedUsersPage(PageResult):
    """A page of users whose messages were reported."""

    reports = ReportedUserObject(many=True)


class ReportResult(SuccessResult):
    """A report."""

    report = ReportObject()


class ReportsByUsersParams(OffsetParams):
    """Filters for the reports."""

    oldest = TimestampParam(required=False)
    latest = TimestampParam(required=False)
    selector = TextParam(required=False, allow_blank=True, help_text="A part of the sender's name, or of the text.")


class ReportedMessagesParams(OffsetParams):
    """The sender, and a filter."""

    userId = TextParam()
    selector = TextParam(required=False, allow_blank=True, help_text="A part of the text.")


class ReportsParams(OffsetParams):
    """The reported message."""

    msgId = TextParam()


class ReportInfoParams(Params):
    """The report."""

    reportId = TextParam()


class DismissReportsParams(Params):
    """The reports: those of a message, or of all messages of a user."""

    one_of = ("userId", "msgId")

    userId = TextParam(required=False)
    msgId = TextParam(required=False)
    reason = TextParam(required=False, allow_blank=True, max_length=255)
    action = TextParam(required=False, allow_blank=True, help_text="Ignored.")


class ReportsByUsersApi(Api):
    @endpoint(
        params=ReportsByUsersParams,
        result=ReportedUsersPage,
        permission=VIEW,
        summary="Users whose messages were reported",
        description="The last reported one first.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        reports = reports_open(
            oldest=params.get("oldest"), latest=params.get("latest"), words=params.get("selector", "")
        )

        def represent(rows: Iterable[dict[str, int]]) -> list[dict[str, Any]]:
            senders = reported_senders(list(rows))
            log_views(caller_of(request), [sender.last for sender in senders])
            return [reported_user_of(sender) for sender in senders]

        return page_of(senders_reported(reports), params, name="reports", represent=represent)


class ReportedMessagesApi(Api):
    @endpoint(
        params=ReportedMessagesParams,
        result=ReportedMessagesPage,
        permission=VIEW,
        summary="Reports of a user's messages",
        description="Newest first. `error-invalid-user`: there is no such user.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        sender = User.objects.filter(public_id=params["userId"]).first()
        if sender is None:
            raise ApplicationError("error-invalid-user", "error-invalid-user")
        reports = reports_open().filter(message__sender=sender, text__icontains=params.get("selector", ""))
        return page_of(reports, params, name="messages", represent=partial(reports_of, reader=caller_of(request)))


class ReportsApi(Api):
    @endpoint(
        params=ReportsParams,
        result=ReportsPage,
        permission=VIEW,
        summary="Reports of a message",
        description="Newest first.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        reports = reports_open().filter(message__public_id=params["msgId"])
        return page_of(reports, params, name="reports", represent=partial(reports_of, reader=caller_of(request)))


class ReportInfoApi(Api):
    @endpoint(
        params=ReportInfoParams,
        result=ReportResult,
        permission=VIEW,
        summary="A report",
        description="`error-report-not-found`: there is no such report, or it was dismissed.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        report = reports_open().filter(public_id=params["reportId"]).first()
        if report is None:
            raise ApplicationError("error-report-not-found", "error-report-not-found")
        return {"report": reports_of([report], reader=caller_of(request))[0]}


class DismissReportsApi(Api):
    @endpoint(
        params=DismissReportsParams,
        permission=MANAGE,
        summary="Dismiss reports",
        description="`no-reports-found`: there are none.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        reports = Report.objects.filter(**reported(params))
        if not reports_dismiss(moderator=caller_of(request), reports=reports, reason=params.get("reason", "")):
            raise ApplicationError("no-reports-found", "no-reports-found")
        return {}


def reported(params: Mapping[str, Any]) -> dict[str, str]:
    """Return the condition for the reports in the parameters."""
    if "userId" in params:
        return {"message__sender__public_id": params["userId"]}
    return {"message__public_id": params["msgId"]}


def reports_of(reports: Iterable[Report], *, reader: User) -> list[dict[str, Any]]:
    """Return the reports, and log that the reader has read the texts of the messages."""
    reports = list(reports)
    log_views(reader, reports)
    return [report_of(report) for report in reports]


def report_of(report: Report) -> dict[str, Any]:
    """Return the report."""
    return {
        "_id": report.public_id,
        "description": report.description,
        "ts": report.created_at,
        "message": reported_message_of(report.message, report.text),
        "room": report_room_of(report.message.room),
        "reportedBy": person_of(report.reporter) if report.reporter else None,
    }


def reported_message_of(message: Message, text: str) -> dict[str, Any]:
    """Return the reported message with its text at that time."""
    return {
        "_id": message.public_id,
        "rid": message.room.public_id,
        "msg": text,
        "ts": message.sent_at,
        "u": person_of(message.sender),
    }


def report_room_of(room: Room) -> dict[str, Any]:
    """Return the room of a reported message; direct rooms have no name."""
    return {"_id": room.public_id, "t": room.type, "name": room.name or None}


def reported_user_of(sender: ReportedSender) -> dict[str, Any]:
    """Return the user whose messages were reported."""
    message, person = sender.last.message, person_of(sender.last.message.sender)
    return {
        "userId": person["_id"],
        "username": person["username"],
        "name": person["name"],
        "isUserDeleted": False,
        "count": sender.count,
        "message": sender.last.text,
        "msgId": message.public_id,
        "ts": sender.last.created_at,
        "rooms": [report_room_of(room) for room in sender.rooms],
        "roomIds": [room.public_id for room in sender.rooms],
    }


def log_views(reader: User, reports: Iterable[Report]) -> None:
    """Log that the reader has read the texts of the reported messages."""
    messages_viewed(reader=reader, messages=[report.message for report in reports], place=TextPlace.REPORT)
