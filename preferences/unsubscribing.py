"""Links by which whoever reads an e-mail ends the e-mails, without signing in."""

from __future__ import annotations

from django.core import signing
from django.urls import reverse

from workspace.addresses import absolute_url
from workspace.models import User

SIGNER = signing.Signer(salt="preferences.unsubscribe")


def unsubscribe_url(user: User) -> str:
    """Return the address that ends the user's e-mails; whoever knows it can do nothing else with it. It never ends."""
    return absolute_url(reverse("unsubscribe", args=[SIGNER.sign(user.public_id)]))


def unsubscribing_user(token: str) -> User | None:
    """Return whose e-mails the address's token ends; None for one that was not signed here."""
    try:
        public_id = SIGNER.unsign(token)
    except signing.BadSignature:
        return None
    return User.objects.filter(public_id=public_id).first()
