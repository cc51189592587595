"""The push app's states as coloured labels, and its codes as sentences."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from push.explain.reasons import end_sentence, reason_sentence
from push.models import Answer, Attempt, Channel, Device, Notification, OutcomeCount, State
from push.providers.registry import device_kind
from workspace.admin.columns import EMPTY, code, label, two_lines

STATE_KINDS = {
    State.QUEUED: "info",
    State.RETRYING: "warning",
    State.CLAIMED: "primary",
    State.SENT: "success",
    State.DROPPED: "",
    State.FAILED: "danger",
}
ANSWER_KINDS = {
    Answer.SENDING: "primary",
    Answer.UNKNOWN: "warning",
    Answer.ACCEPTED: "success",
    Answer.RETRY: "warning",
    Answer.DEAD: "danger",
    Answer.REFUSED: "danger",
    Answer.UNAUTHORIZED: "danger",
    Answer.NO_ROUTE: "danger",
    Answer.OVER_QUOTA: "danger",
    Answer.HELD: "warning",
}
CHANNEL_ICONS = {Channel.DESKTOP: "desktop_windows", Channel.PUSH: "smartphone", Channel.EMAIL: "mail"}


def rule(value: str) -> SafeString | str:
    """Return why a notification is sent: the rule's sentence, with its code beneath it."""
    return two_lines(reason_sentence(value), code(value)) if value else EMPTY


def ending(value: str) -> SafeString | str:
    """Return why a notification ended: the reason's sentence, with its code beneath it."""
    return two_lines(end_sentence(value), code(value)) if value else EMPTY


def state(notification: Notification) -> SafeString:
    """Return where the notification stands."""
    value = notification.current_state
    return label(value.label, STATE_KINDS[value], title=end_sentence(notification.reason))


def outcome(count: OutcomeCount) -> SafeString:
    """Return how pruned notifications ended."""
    value = State(count.state)
    return label(value.label, STATE_KINDS[value])


def answer(attempt: Attempt) -> SafeString:
    """Return what became of the attempt."""
    value = Answer(attempt.answer)
    return label(value.label, ANSWER_KINDS[value])


def with_icon(icon: str, text: object) -> SafeString:
    """Return a text behind a symbol."""
    symbol = format_html('<span class="material-symbols-outlined md-18" aria-hidden="true">{}</span>', icon)
    return format_html('<span class="cb-with-icon">{}{}</span>', symbol, text)


def channel(value: str) -> SafeString:
    """Return a channel with its symbol."""
    return with_icon(CHANNEL_ICONS[Channel(value)], Channel(value).label)


def device_type(value: str) -> SafeString:
    """Return a device's type with its symbol."""
    kind = device_kind(value)
    return with_icon(kind.icon, kind.label)


def device_state(device: Device) -> SafeString:
    """Return whether the device is sent to, and why not."""
    if device.disabled_at is None:
        return label(_("Enabled"), "success")
    return label(_("Disabled"), "danger", title=device.get_disabled_reason_display())
