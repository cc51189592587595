"""Saving an account's preferences and highlight words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from preferences.models import AccountPreferences, AccountsSettings
from preferences.services.accounts import account_preferences_save, highlight_words_set
from tests.factories import AccountPreferencesFactory, RoomFactory, UserFactory
from workspace.models import FormerRow, Presence, Subscription, User
from workspace.services.presence import activity_report

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def defaults_save(**values: Any) -> None:
    settings = AccountsSettings.stored()
    for name, value in values.items():
        setattr(settings, name, value)
    settings.save()


def away_after(user: User) -> float | None:
    """Return the seconds from the user's last activity until they are away, from the stored times."""
    presence = Presence.objects.get(user=user)
    assert presence.last_active_at is not None
    return (presence.away_at - presence.last_active_at).total_seconds() if presence.away_at else None


class TestAccountPreferencesSave:
    def test_only_the_given_preferences_change(self) -> None:
        row = AccountPreferencesFactory(desktop="all", email="nothing")
        account_preferences_save(user=row.user, push="mentions", email="")
        row.refresh_from_db()
        assert (row.desktop, row.push, row.email) == ("all", "mentions", "")

    def test_the_row_is_deleted_with_the_last_choice(self) -> None:
        user = AccountPreferencesFactory(push="all", idle_limit=0).user
        account_preferences_save(user=user, push="")
        assert AccountPreferences.objects.filter(user=user).exists()
        account_preferences_save(user=user, idle_limit=None)
        assert not AccountPreferences.objects.exists()

    def test_choosing_only_defaults_creates_no_row(self) -> None:
        account_preferences_save(user=UserFactory(), push="", auto_away=None)
        assert not AccountPreferences.objects.exists()

    def test_saving_the_same_choice_again_is_no_change_for_clients(self) -> None:
        user = AccountPreferencesFactory(push="all", idle_limit=0).user
        subscription = RoomFactory(members=[user]).subscriptions.get()
        account_preferences_save(user=user, push="all", desktop="", idle_limit=0)
        assert subscription.updated_at == Subscription.objects.get().updated_at
        account_preferences_save(user=user, push="all", desktop="nothing")
        assert subscription.updated_at < Subscription.objects.get().updated_at

    @pytest.mark.parametrize("choices", [{"push": "sometimes"}, {"idle_limit": -1}, {"auto_away": "perhaps"}])
    def test_an_invalid_value_is_refused(self, choices: Any) -> None:
        row = AccountPreferencesFactory(push="all")
        with pytest.raises(ValidationError):
            account_preferences_save(user=row.user, desktop="nothing", **choices)
        row.refresh_from_db()
        assert (row.desktop, row.push) == ("", "all")


class TestIdleLimit:
    @pytest.fixture
    def user(self) -> User:
        user = UserFactory()
        activity_report(user=user, at=NOW)
        return user

    def test_is_the_workspaces_by_default(self) -> None:
        defaults_save(idle_limit=90)
        user = UserFactory()
        activity_report(user=user)
        assert away_after(user) == 90

    def test_is_the_choice_made_before_the_user_first_connected(self) -> None:
        user = UserFactory()
        account_preferences_save(user=user, idle_limit=30)
        activity_report(user=user)
        assert away_after(user) == 30

    def test_applies_at_once_to_a_connected_user(self, user: User) -> None:
        account_preferences_save(user=user, idle_limit=300)
        assert away_after(user) == 300
        account_preferences_save(user=user, idle_limit=None)
        assert away_after(user) == 60

    @pytest.mark.parametrize("choices", [{"idle_limit": 0}, {"auto_away": False}])
    def test_is_never_reached_without_one_or_without_auto_away(self, user: User, choices: Any) -> None:
        account_preferences_save(user=user, **choices)
        assert away_after(user) is None
        with time_machine.travel(NOW + timedelta(seconds=10)):
            activity_report(user=user)
        assert away_after(user) is None

    def test_follows_the_workspaces_default_unless_chosen(self, user: User) -> None:
        own, never = UserFactory(), UserFactory()
        account_preferences_save(user=own, idle_limit=30)
        account_preferences_save(user=never, auto_away=False)
        for person in (own, never):
            activity_report(user=person)
        defaults_save(idle_limit=600)
        assert [away_after(person) for person in (user, own, never)] == [600, 30, None]
        defaults_save(auto_away=False)
        assert [away_after(person) for person in (user, own, never)] == [None, None, None]

    def test_with_auto_away_chosen_stays_when_the_workspace_turns_it_off(self, user: User) -> None:
        account_preferences_save(user=user, auto_away=True)
        defaults_save(auto_away=False)
        assert away_after(user) == 60

    def test_of_other_users_does_not_change(self, user: User) -> None:
        account_preferences_save(user=UserFactory(), idle_limit=5)
        assert away_after(user) == 60


class TestHighlightWordsSet:
    def test_replaces_the_words(self) -> None:
        user = UserFactory()
        highlight_words_set(user=user, words=["deploy", "build"])
        highlight_words_set(user=user, words=["Release"])
        assert [(row.word, row.folded) for row in user.highlight_words.all()] == [("Release", "release")]

    def test_saves_each_word_once_without_surrounding_spaces(self) -> None:
        user = UserFactory()
        highlight_words_set(user=user, words=[" Straße ", "STRASSE", "", "  "])
        assert [row.word for row in user.highlight_words.all()] == ["Straße"]

    def test_unchanged_words_are_not_rewritten(self) -> None:
        user = UserFactory()
        highlight_words_set(user=user, words=["deploy", "build"])
        kept = list(user.highlight_words.values_list("pk"))
        subscription = RoomFactory(members=[user]).subscriptions.get()
        highlight_words_set(user=user, words=["deploy ", "build", "DEPLOY"])
        assert list(user.highlight_words.values_list("pk")) == kept
        assert not FormerRow.objects.exists()
        assert subscription.updated_at == Subscription.objects.get().updated_at
        highlight_words_set(user=user, words=["build", "deploy"])
        assert subscription.updated_at < Subscription.objects.get().updated_at

    def test_a_word_that_is_too_long_is_refused_and_nothing_changes(self) -> None:
        user = UserFactory()
        highlight_words_set(user=user, words=["deploy"])
        with pytest.raises(ValidationError):
            highlight_words_set(user=user, words=["fine", "x" * 65])
        assert [row.word for row in user.highlight_words.all()] == ["deploy"]


def test_client_preferences_are_merged_into_the_stored_ones() -> None:
    user = UserFactory()
    account_preferences_save(user=user, client_choices={"sidebarViewMode": "medium", "enableMobileRinging": True})
    account_preferences_save(user=user, client_choices={"sidebarViewMode": "condensed"})
    kept = AccountPreferences.objects.get(user=user).client_choices
    assert kept == {"sidebarViewMode": "condensed", "enableMobileRinging": True}
