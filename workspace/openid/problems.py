"""Why a sign-in with an identity provider fails, in words for the user and for the log."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.errors import ApplicationError


class Problem(models.TextChoices):
    """The reasons, with the sentences that users see. `%(provider)s` is the provider's name."""

    CANCELLED = "cancelled", _("You cancelled the sign-in at %(provider)s.")
    EXPIRED = "expired", _("This took too long, or the page was opened twice. Try again.")
    NOT_REACHED = "unreachable", _("%(provider)s cannot be reached. Try again later.")
    NOT_CONFIGURED = (
        "misconfigured",
        _("%(provider)s is not configured correctly: its configuration cannot be used. Tell an administrator."),
    )
    CLIENT_REFUSED = (
        "client-refused",
        _("%(provider)s does not accept this site's client ID or secret. Tell an administrator."),
    )
    REFUSED = "refused", _("%(provider)s refused the sign-in.")
    NOT_PROVEN = "not-proven", _("The response of %(provider)s is not valid. Try again, or tell an administrator.")
    NO_ADDRESS = "no-address", _("%(provider)s did not report an e-mail address, which this site requires.")
    NOT_VERIFIED = "not-verified", _("%(provider)s has not verified your e-mail address. Verify it there first.")
    OTHER_DOMAIN = "other-domain", _("E-mail addresses of this domain may not sign in here with %(provider)s.")
    NO_ACCOUNT = (
        "no-account",
        _("There is no account for you here. If you have one, sign in to it, and link it at My Account."),
    )
    ADDRESS_TAKEN = (
        "address-taken",
        _("An account with your e-mail address exists. Sign in to it, and link it to %(provider)s at My Account."),
    )
    DEACTIVATED = "deactivated", _("Your account here is deactivated.")
    NOT_APPROVED = (
        "not-approved",
        _("Your account was created. An administrator must approve it before you can sign in."),
    )
    LINKED_ELSEWHERE = "linked-elsewhere", _("This sign-in at %(provider)s is linked to another account.")
    SIGNED_OUT = "signed-out", _("You are no longer signed in here. Sign in, and link the account again.")


class ExternalSignInError(ApplicationError):
    """A failed sign-in with another server. `cause` is for the log and must not contain secrets."""

    def __init__(self, problem: Problem, cause: str = "") -> None:
        super().__init__(f"error-external-{problem.value}", str(problem.label), status=403)
        self.problem = problem
        self.cause = cause

    def sentence(self, provider: str) -> str:
        """Return what the user reads."""
        return str(self.problem.label) % {"provider": provider}
