"""Adding, verifying and removing the e-mail addresses of an account."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from workspace.errors import ApplicationError
from workspace.models import EmailAddress, User
from workspace.selectors.permissions import may_manage
from workspace.waking import verification_mail_later

MOST_ADDRESSES = 5
MOST_REFUSALS = 3
LINK_LASTS = timedelta(days=3)
SALT = "workspace.address"


@transaction.atomic
def address_add(*, user: User, address: str) -> EmailAddress:
    """Add an address to the account, and send it the link that verifies it.

    Raises ValidationError for one that is misspelt or taken, and when the account has enough.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.emails.count() >= MOST_ADDRESSES:
        raise ValidationError(_("An account has at most %(most)d addresses.") % {"most": MOST_ADDRESSES})
    email = address_assign(user=user, address=address)
    verification_mail_later(email_pk=email.pk)
    return email


@transaction.atomic
def address_assign(*, user: User, address: str, verified: bool = False, by: User | None = None) -> EmailAddress:
    """Give the account an address, `verified` on the word of `by`; raises ValidationError as above."""
    if verified:
        address_lock(address)
    email = EmailAddress(user=user, address=address, verified=verified)
    email.full_clean()
    email.save()
    if verified:
        address_claim(email=email, by=by)
    return email


@transaction.atomic
def address_replace(*, user: User, address: str, verified: bool | None, by: User) -> None:
    """Put an address in the place of the account's first one, unless the account has it; it gets a link to verify it.

    `verified` is the word of `by` on it; with None, what is known of it stays. Raises ValidationError as above.
    """
    address_lock(address)
    email = user.emails.filter(address__lower=Lower(Value(address))).first()
    is_new = email is None
    if email is None:
        email = user.emails.first() or EmailAddress(user=user)
        email.address, email.verified = address, False
    email.verified = email.verified if verified is None else verified
    email.full_clean()
    email.save()
    if email.verified:
        address_claim(email=email, by=by)
    elif is_new:
        verification_mail_later(email_pk=email.pk)


def address_lock(address: str) -> None:
    """Let nobody else verify the address until the transaction ends, nor take it from an account that names it."""
    named = EmailAddress.objects.filter(address__lower=Lower(Value(address)))
    list(named.select_for_update().order_by("pk").values_list("pk"))


@transaction.atomic
def address_claim(*, email: EmailAddress, by: User | None = None) -> None:
    """Take a verified address from the other accounts, which have only named it.

    Where it is verified on the word of `by`, accounts that they may not change keep it as they named it.
    """
    named = EmailAddress.objects.filter(address__lower=Lower(Value(email.address)), verified=False)
    for other in named.exclude(pk=email.pk).select_related("user"):
        if by is None or may_manage(by, other.user):
            other.delete()


def verification_token(email: EmailAddress) -> str:
    """Return what proves, within :data:`LINK_LASTS`, that its bearer reads the address's e-mails."""
    return signing.dumps({"pk": email.pk, "address": email.address}, salt=SALT)


def address_of_token(token: str) -> EmailAddress:
    """Return the address that a token verifies; raises `error-invalid-token` for one that ended or is not ours."""
    try:
        signed = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    except signing.BadSignature as error:
        raise ApplicationError("error-invalid-token") from error
    email = EmailAddress.objects.filter(pk=signed["pk"], address=signed["address"]).select_related("user").first()
    if email is None:
        raise ApplicationError("error-invalid-token")
    return email


@transaction.atomic
def address_verify(*, token: str) -> EmailAddress:
    """Note that the address's e-mails are read by whoever has the account; may be repeated. Raises as above.

    From then on it is this account's alone.
    """
    address_lock(address_of_token(token).address)
    email = address_of_token(token)
    if email.verified and email.suppressed_at is None:
        return email
    email.verified, email.refusals, email.suppressed_at = True, 0, None
    try:
        with transaction.atomic():
            email.save(update_fields=["verified", "refusals", "suppressed_at"])
    except IntegrityError as error:
        # Another account has verified it, as one was given it at the same moment.
        raise ApplicationError("error-invalid-token") from error
    address_claim(email=email)
    return email


@transaction.atomic
def address_results_record(*, accepted: Collection[str], refused: Collection[str]) -> None:
    """Note that mail servers accepted e-mails to addresses, or refused the addresses permanently.

    After :data:`MOST_REFUSALS` refusals in a row, nothing is sent to an address until its owner confirms it again.
    """
    verified = EmailAddress.objects.filter(verified=True, suppressed_at=None)
    if accepted:
        named = [address.lower() for address in accepted]
        verified.filter(address__lower__in=named, refusals__gt=0).update(refusals=0)
    if refused:
        known = verified.filter(address__lower__in=[address.lower() for address in refused])
        known.update(refusals=F("refusals") + 1)
        known.filter(refusals__gte=MOST_REFUSALS).update(suppressed_at=timezone.now())


@transaction.atomic
def address_remove(*, email: EmailAddress) -> None:
    """Take an address from its account: it receives nothing any more."""
    email.delete()
