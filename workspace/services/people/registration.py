"""Users who create their own accounts, and resetting forgotten passwords, by people who are not signed in."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower

from workspace.cache import call_count
from workspace.errors import ApplicationError, NotAllowedError
from workspace.models import EmailAddress, MailKind, RegistrationForm, SignInSettings, User
from workspace.selectors.accounts import user_by_username
from workspace.services.accounts import user_create
from workspace.services.addresses import address_assign, verification_mails_exceeded
from workspace.services.managed_accounts import address_check, password_checked, report_conflicts, username_check
from workspace.services.people.requested_mails import mail_request

# The number of reset links that may be requested in this many seconds, for one address and by one caller.
MAX_PER_ADDRESS, MAX_PER_CALLER, IN_SECONDS = 3, 20, 900


@transaction.atomic
def user_register(*, username: str, name: str, email: str, password: str, secret: str = "") -> User:
    """Create the account of a stranger, and send a verification link to its address.

    If the workspace approves new users, the account is deactivated until an administrator activates it. Raises
    `error-user-registration-disabled`, `error-user-registration-secret`, `error-blocked-username`, and errors for
    names, addresses and passwords that cannot be used.
    """
    registration_check(secret=secret)
    new_names_check(username, email)
    with report_conflicts(username, email):
        user = user_create(
            username=username,
            password=password_checked(password, User(username=username, name=name)),
            name=name,
            is_active=not SignInSettings.current().manually_approve,
        )
        address = address_assign(user=user, address=email)
    if verification_mails_exceeded(user=user, address=email):
        raise ApplicationError("error-too-many-requests", "Too many e-mails. Try again later", status=429)
    mail_request(kind=MailKind.VERIFICATION, reference=address.pk)
    return user


def registration_check(*, secret: str) -> None:
    """Raise an error unless strangers may register, with this secret if one is required."""
    rules = SignInSettings.current()
    if rules.registration_form == RegistrationForm.DISABLED:
        raise ApplicationError("error-user-registration-disabled", "User registration is disabled")
    if rules.registration_form == RegistrationForm.SECRET_URL and not secrets.compare_digest(
        secret.encode(), rules.registration_secret.encode()
    ):
        raise ApplicationError("error-user-registration-secret", "User registration is only allowed via Secret URL")


def new_names_check(username: str, email: str) -> None:
    """Raise the errors that clients expect for a username or address that cannot be used."""
    if user_by_username(username):
        # Clients expect this text without an error code.
        raise ApplicationError("Username is already in use", "Username is already in use")
    if not is_valid_username(username):
        raise ApplicationError("error-blocked-username", f"{username} is blocked and can't be used!")
    try:
        address_check(email)
    except ApplicationError as error:
        if error.code == "error-field-unavailable":
            raise ApplicationError("Email already exists. [403]", "Email already exists. [403]") from error
        raise


def is_valid_username(username: str) -> bool:
    """Return True if an account may have this name, whether another one has it or not."""
    try:
        username_check(username, of=user_by_username(username))
    except ApplicationError:
        return False
    return True


def reset_link_request(*, address: str, caller: str) -> None:
    """Send a password-reset link if an account has verified the address; nobody learns whether one has.

    `caller` is the IP address of the request. Raises `error-not-allowed` if the workspace resets no passwords, and
    `error-too-many-requests` for a caller with too many requests.
    """
    if not SignInSettings.current().password_reset:
        raise NotAllowedError()
    caller_check(caller)
    if call_count(f"reset:address:{address.lower()}", seconds=IN_SECONDS) <= MAX_PER_ADDRESS:
        mail_request(kind=MailKind.RESET, reference=address)


def verification_link_request(*, address: str, caller: str) -> None:
    """Send another verification link if an account has the address and has not verified it; nobody learns of it.

    `caller` is the IP address of the request. Raises `error-too-many-requests` for a caller with too many requests.
    """
    caller_check(caller)
    emails = EmailAddress.objects.filter(address__lower=Lower(Value(address)), verified=False, user__is_active=True)
    for email in emails.select_related("user"):
        if not verification_mails_exceeded(user=email.user, address=address):
            mail_request(kind=MailKind.VERIFICATION, reference=email.pk)


def caller_check(caller: str) -> None:
    """Count a request for an e-mail by this IP address; raises `error-too-many-requests` if there are too many."""
    if call_count(f"reset:caller:{caller}", seconds=IN_SECONDS) > MAX_PER_CALLER:
        raise ApplicationError("error-too-many-requests", "Too many requests. Try again later", status=429)
