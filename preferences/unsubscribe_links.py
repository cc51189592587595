"""Unsubscribe links in e-mails; they work without signing in."""

from __future__ import annotations

from django.core import signing
from django.urls import reverse

from workspace.addresses import absolute_url
from workspace.models import User

SIGNER = signing.Signer(salt="preferences.unsubscribe")


def unsubscribe_url(user: User) -> str:
    """Return the user's unsubscribe link. It only turns off e-mails, and it never expires."""
    return absolute_url(reverse("unsubscribe", args=[SIGNER.sign(user.public_id)]))


def user_by_unsubscribe_token(token: str) -> User | None:
    """Return the user of an unsubscribe link's token; None if the signature is invalid."""
    try:
        public_id = SIGNER.unsign(token)
    except signing.BadSignature:
        return None
    return User.objects.filter(public_id=public_id).first()
