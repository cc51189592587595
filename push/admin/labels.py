"""States of the push app as coloured labels, and codes as sentences."""

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
    """Return the sentence of the rule that decided, with its code below."""
    return two_lines(reason_sentence(value), code(value)) if value else EMPTY


def ending(value: str) -> SafeString | str:
    """Return the sentence for why a notification ended, with its code below."""
    return two_lines(end_sentence(value), code(value)) if value else EMPTY


def state(notification: Notification) -> SafeString:
    """Return the notification's state as a label."""
    value = notification.current_state
    return label(value.label, STATE_KINDS[value], title=end_sentence(notification.reason))


def outcome(count: OutcomeCount) -> SafeString:
    """Return the final state of pruned notifications as a label."""
    value = State(count.state)
    return label(value.label, STATE_KINDS[value])


def answer(attempt: Attempt) -> SafeString:
    """Return the attempt's result as a label."""
    value = Answer(attempt.answer)
    return label(value.label, ANSWER_KINDS[value])


def with_icon(icon: str, text: object) -> SafeString:
    """Return a text with an icon."""
    symbol = format_html('<span class="material-symbols-outlined md-18" aria-hidden="true">{}</span>', icon)
    return format_html('<span class="cb-with-icon">{}{}</span>', symbol, text)


def channel(value: str) -> SafeString:
    """Return a channel with its icon."""
    return with_icon(CHANNEL_ICONS[Channel(value)], Channel(value).label)


def device_type(value: str) -> SafeString:
    """Return a device type with its icon."""
    kind = device_kind(value)
    return with_icon(kind.icon, kind.label)


def device_state(device: Device) -> SafeString:
    """Return the device's state as a label, with the reason if it is disabled."""
    if device.disabled_at is None:
        return label(_("Enabled"), "success")
    return label(_("Disabled"), "danger", title=device.get_disabled_reason_display())
