"""Adding, verifying and removing the e-mail addresses of an account."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from workspace.cache import call_count
from workspace.errors import ApplicationError
from workspace.models import EmailAddress, MailKind, User
from workspace.selectors.permissions import may_manage
from workspace.services.people.requested_mails import mail_request
from workspace.stored_json import StoredValueError, stored_read, stored_write

MAX_ADDRESSES = 5
# The number of verification e-mails that an account may request, and that an unverified address may receive from all
# accounts together, in this many seconds.
MAX_MAILS, IN_SECONDS = 10, 3600
MAX_REFUSALS = 3
LINK_LIFETIME = timedelta(days=3)
SALT = "workspace.address"


@transaction.atomic
def address_add(*, user: User, address: str) -> EmailAddress:
    """Add an address to the account, and send a verification link to it.

    Raises ValidationError if the address is invalid or taken, or the account has too many.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.emails.count() >= MAX_ADDRESSES:
        raise ValidationError(_("An account can have at most %(most)d addresses.") % {"most": MAX_ADDRESSES})
    email = address_assign(user=user, address=address)
    mail_request(kind=MailKind.VERIFICATION, reference=email.pk)
    return email


@transaction.atomic
def address_assign(*, user: User, address: str, verified: bool = False, by: User | None = None) -> EmailAddress:
    """Add an address to the account; `verified` if `by` vouches for it. Raises ValidationError as above."""
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
    """Replace the account's first address, unless the account has the new one already; send a verification link.

    `verified` is set by `by`; None leaves the state of an existing address unchanged. Raises ValidationError as above.
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
        mail_request(kind=MailKind.VERIFICATION, reference=email.pk)


def address_lock(address: str) -> None:
    """Prevent concurrent verification or removal of the address until the transaction ends."""
    rows = EmailAddress.objects.filter(address__lower=Lower(Value(address)))
    list(rows.select_for_update().order_by("pk").values_list("pk"))


@transaction.atomic
def address_claim(*, email: EmailAddress, by: User | None = None) -> None:
    """Remove a verified address from other accounts, which have not verified it.

    If it counts as verified because `by` said so, accounts that `by` may not change keep the address.
    """
    unverified = EmailAddress.objects.filter(address__lower=Lower(Value(email.address)), verified=False)
    for other in unverified.exclude(pk=email.pk).select_related("user"):
        if by is None or may_manage(by, other.user):
            other.delete()


@dataclass(frozen=True, slots=True)
class SignedAddress:
    """The contents of a verification link's token."""

    pk: int
    address: str


def verification_token(email: EmailAddress) -> str:
    """Return a token, valid for :data:`LINK_LIFETIME`, which proves that its owner receives e-mails at the address."""
    return signing.dumps(stored_write(SignedAddress(email.pk, email.address)), salt=SALT)


def address_of_token(token: str) -> EmailAddress:
    """Return the address that a token verifies; raises `error-invalid-token` if it is invalid or expired."""
    try:
        signed = stored_read(SignedAddress, signing.loads(token, salt=SALT, max_age=LINK_LIFETIME))
    except (signing.BadSignature, StoredValueError) as error:
        raise ApplicationError("error-invalid-token") from error
    email = EmailAddress.objects.filter(pk=signed.pk, address=signed.address).select_related("user").first()
    if email is None:
        raise ApplicationError("error-invalid-token")
    return email


@transaction.atomic
def address_verify(*, token: str) -> EmailAddress:
    """Verify the address of the token, which then belongs to this account alone. Idempotent; raises as above."""
    address_lock(address_of_token(token).address)
    email = address_of_token(token)
    if email.verified and email.suppressed_at is None:
        return email
    email.verified, email.refusals, email.suppressed_at = True, 0, None
    try:
        with transaction.atomic():
            email.save(update_fields=["verified", "refusals", "suppressed_at"])
    except IntegrityError as error:
        # Another account has verified the address at the same time.
        raise ApplicationError("error-invalid-token") from error
    address_claim(email=email)
    return email


@transaction.atomic
def address_results_record(*, accepted: Collection[str], refused: Collection[str]) -> None:
    """Record that mail servers accepted e-mails to some addresses, or rejected some addresses permanently.

    After :data:`MAX_REFUSALS` consecutive rejections, an address receives no e-mails until its owner confirms it again.
    """
    verified = EmailAddress.objects.filter(verified=True, suppressed_at=None)
    if accepted:
        addresses = [address.lower() for address in accepted]
        verified.filter(address__lower__in=addresses, refusals__gt=0).update(refusals=0)
    if refused:
        rejected = verified.filter(address__lower__in=[address.lower() for address in refused])
        rejected.update(refusals=F("refusals") + 1)
        rejected.filter(refusals__gte=MAX_REFUSALS).update(suppressed_at=timezone.now())


def verification_mails_exceeded(*, user: User, address: str) -> bool:
    """Count an e-mail to the address; returns True if the limit of the account or the address is exceeded."""
    address_digest = hashlib.sha256(address.lower().encode()).hexdigest()
    names = (f"by:{user.pk}", f"to:{address_digest}")
    return max(call_count(f"address-mails:{name}", seconds=IN_SECONDS) for name in names) > MAX_MAILS


@transaction.atomic
def address_remove(*, email: EmailAddress) -> None:
    """Remove an address from its account."""
    email.delete()
