"""Accounts of people who sign in with another server: finding, creating and linking them.

django-allauth's table of links is used. Its `provider` is the server's address, so that a link never leads to a person
at another server, even if an administrator replaces the provider.
"""

from __future__ import annotations

import hashlib
import logging

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower
from django.utils import timezone

from workspace.errors import ApplicationError
from workspace.logs.events import LogEvent
from workspace.models import EmailAddress, SignInSettings, User
from workspace.openid.identities import AccountRules, Identity
from workspace.openid.problems import ExternalSignInError, Problem
from workspace.selectors.accounts import NOT_IN_USERNAMES, authenticators_of, roles_of, username_suggestion
from workspace.services.accounts import roles_set, user_create
from workspace.services.people.registration import is_valid_username

LAST_ADMIN_KEPT = LogEvent(
    "user.last_admin_kept",
    "An identity provider would take the role of the only administrator away. The account keeps it.",
    {"user": "the number of the user"},
    logging.WARNING,
)
ACCOUNT_LINKED = LogEvent(
    "user.linked",
    "An account was linked to that of an identity provider.",
    {"user": "the number of the user", "provider": "the name of the provider"},
)

UID_LENGTH = SocialAccount._meta.get_field("uid").max_length
# Two first sign-ins of a person at the same time: one of them creates the account.
ATTEMPTS = 2


def external_sign_in(*, identity: Identity, rules: AccountRules) -> User:
    """Return the active account of a person who has signed in with another server.

    It is the linked account, the one with the same verified address if the rules allow this, or a new one. Its roles
    follow the rules. Raises ExternalSignInError with the reason.
    """
    domain_check(identity, rules)
    user = _account_of(identity, rules)
    if not user.is_active:
        is_new = user.last_login is None and SignInSettings.current().manually_approve
        raise ExternalSignInError(Problem.NOT_APPROVED if is_new else Problem.DEACTIVATED)
    roles_sync(user=user, identity=identity, rules=rules)
    return user


@transaction.atomic
def external_link(*, user: User, identity: Identity, rules: AccountRules) -> SocialAccount:
    """Link the person to the account, which has asked for it. Raises ExternalSignInError if another one is linked."""
    domain_check(identity, rules)
    link, _is_new = SocialAccount.objects.get_or_create(**link_key(identity, rules), defaults={"user": user})
    if link.user_id != user.pk:
        raise ExternalSignInError(Problem.LINKED_ELSEWHERE)
    return link


@transaction.atomic
def external_unlink(*, user: User, key: int) -> None:
    """Remove a link of the account. Raises `error-last-sign-in` if the account could not sign in any more."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    links = external_links(user)
    has_passkey = authenticators_of(user, Authenticator.Type.WEBAUTHN).exists()
    if not (user.has_usable_password() or has_passkey or links.exclude(pk=key).exists()):
        raise ApplicationError("error-last-sign-in")
    links.filter(pk=key).delete()


def external_links(user: User) -> QuerySet[SocialAccount]:
    """Return the account's links, the oldest first."""
    links: QuerySet[SocialAccount] = SocialAccount.objects.filter(user=user).order_by("pk")
    return links


def link_key(identity: Identity, rules: AccountRules) -> dict[str, str]:
    """Return what identifies the person in the table of links."""
    subject = identity.subject
    uid = subject if len(subject) <= UID_LENGTH else hashlib.sha256(subject.encode()).hexdigest()
    provider = rules.source
    if len(provider) > SocialAccount._meta.get_field("provider").max_length:
        provider = hashlib.sha256(provider.encode()).hexdigest()
    return {"provider": provider, "uid": uid}


def domain_check(identity: Identity, rules: AccountRules) -> None:
    """Raise ExternalSignInError unless the person has a verified address of an allowed domain, if only some are."""
    if not rules.domains:
        return
    if not identity.email:
        raise ExternalSignInError(Problem.NO_ADDRESS)
    if not identity.email_verified:
        raise ExternalSignInError(Problem.NOT_VERIFIED)
    if identity.email.rpartition("@")[2].lower() not in rules.domains:
        raise ExternalSignInError(Problem.OTHER_DOMAIN)


def roles_sync(*, user: User, identity: Identity, rules: AccountRules) -> None:
    """Give the account the roles of its groups, and remove the other roles that the mapping names."""
    mapping = rules.roles_mapping
    if not mapping:
        return
    granted = {role for group, role in mapping if group in identity.groups}
    before = set(roles_of(user))
    roles = (before - {role for _group, role in mapping}) | granted
    if roles == before:
        return
    try:
        roles_set(user=user, roles=roles)
    except ApplicationError:
        LAST_ADMIN_KEPT.log(user=user.pk)


def _account_of(identity: Identity, rules: AccountRules) -> User:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _account_find_or_create(identity, rules)
        except IntegrityError:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError


@transaction.atomic
def _account_find_or_create(identity: Identity, rules: AccountRules) -> User:
    key = link_key(identity, rules)
    link = SocialAccount.objects.select_related("user").filter(**key).first()
    if link is not None:
        SocialAccount.objects.filter(pk=link.pk).update(last_login=timezone.now())
        user: User = link.user
        return user
    if identity.email and not identity.email_verified:
        raise ExternalSignInError(Problem.NOT_VERIFIED)
    owner = _address_owner(identity.email)
    if owner is not None and not rules.links:
        raise ExternalSignInError(Problem.ADDRESS_TAKEN)
    if owner is None and not rules.creates:
        raise ExternalSignInError(Problem.NO_ACCOUNT)
    user = owner or _account_create(identity, rules)
    SocialAccount.objects.create(**key, user=user)
    ACCOUNT_LINKED.log(user=user.pk, provider=rules.label)
    return user


def _address_owner(address: str) -> User | None:
    """Return the account that has verified the address."""
    if not address:
        return None
    verified = EmailAddress.objects.filter(address__lower=Lower(Value(address)), verified=True)
    email = verified.select_related("user").first()
    return email.user if email else None


def _account_create(identity: Identity, rules: AccountRules) -> User:
    try:
        return user_create(
            username=_free_username(identity),
            name=identity.name,
            email=identity.email,
            email_verified=bool(identity.email),
            roles=rules.roles,
            is_active=not SignInSettings.current().manually_approve,
        )
    except ValidationError as error:
        raise ExternalSignInError(
            Problem.NOT_PROVEN, f"the account is not valid: {sorted(error.message_dict)}"
        ) from None


def _free_username(identity: Identity) -> str:
    """Return the person's username, or a similar one if it is taken or not valid here."""
    wanted = identity.username or identity.email or identity.name or "user"
    # Many providers use the address as the username.
    name = NOT_IN_USERNAMES.sub("", wanted.partition("@")[0].lower())[:60]
    if is_valid_username(name) and not User.with_deleted.filter(username__lower=name).exists():
        return name
    return username_suggestion(User(username=name or "user", name=name), is_valid=is_valid_username)
