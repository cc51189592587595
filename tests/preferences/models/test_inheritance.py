"""Counting the accounts that inherit a workspace default."""

from __future__ import annotations

import pytest

from preferences.models import AccountsSettings, Level
from preferences.models.inheritance import inheriting_counts
from tests.factories import AccountPreferencesFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_users_with_their_own_choice_do_not_inherit() -> None:
    UserFactory()
    AccountPreferencesFactory(push=Level.MENTIONS)
    AccountPreferencesFactory(push="", idle_limit=30, always_display_mobile=False)
    counts = inheriting_counts(AccountsSettings.preference_defaults())
    assert counts["push"] == 2
    assert counts["idle_limit"] == 2
    assert counts["always_display_mobile"] == 2
    assert counts["desktop"] == 3


def test_deactivated_accounts_do_not_count() -> None:
    AccountPreferencesFactory(user__is_active=False)
    AccountPreferencesFactory(user__is_active=False, push=Level.NOTHING)
    UserFactory()
    assert inheriting_counts(AccountsSettings.preference_defaults())["push"] == 1


def test_the_counts_are_formatted_as_a_sentence() -> None:
    UserFactory()
    assert AccountsSettings.current().notes()["push"] == "1 user inherits this value now."
