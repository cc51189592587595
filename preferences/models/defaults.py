"""The workspace's default preferences: Administration > Workspace > Settings > Accounts."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from preferences.models.choices import Level, Sound
from preferences.models.inheritance import inheritance_sentences
from preferences.quiet.schedule import hours_validate
from workspace.models.presence import DEFAULT_IDLE_LIMIT
from workspace.setting_groups import SettingsGroup, setting

DEFAULT_USER_PREFERENCES = _("Default User Preferences")
PREFIX = "Accounts_Default_User_Preferences_"


class AccountsSettings(SettingsGroup):
    """The preferences of every account that has not chosen otherwise."""

    icon = "group"

    allow_email = setting(
        models.BooleanField(
            _("Allow e-mail notifications"),
            default=True,
            help_text=_("Off: no user is notified by e-mail, whatever their preferences."),
        ),
        id="Accounts_AllowEmailNotifications",
    )
    desktop = setting(
        models.CharField(
            _("Desktop Notifications Default Alert"),
            max_length=8,
            choices=Level.choices,
            default=Level.ALL,
            help_text=_("Messages that cause a notification while a page is open in the browser."),
        ),
        id=PREFIX + "desktopNotifications",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )
    require_interaction = setting(
        models.BooleanField(
            _("Require interaction to dismiss desktop notifications"),
            default=False,
            help_text=_("Notifications stay until they are clicked."),
        ),
        id=PREFIX + "desktopNotificationRequireInteraction",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )
    push = setting(
        models.CharField(
            _("Mobile Notifications Default Alert"),
            max_length=8,
            choices=Level.choices,
            default=Level.ALL,
            help_text=_("Messages that are pushed to phones."),
        ),
        id=PREFIX + "pushNotifications",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )
    always_display_mobile = setting(
        models.BooleanField(
            _("Always display mobile notifications"),
            default=True,
            help_text=_("Off: members who are online when a push is sent do not receive it."),
        ),
        id=PREFIX + "alwaysDisplayMobileNotifications",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )
    email = setting(
        models.CharField(
            _("E-mail notifications"),
            max_length=8,
            choices=Level.choices,
            default=Level.MENTIONS,
            help_text=_("Messages that are sent by e-mail to members who are not online."),
        ),
        id=PREFIX + "emailNotificationMode",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )
    login_detection_email = setting(
        models.BooleanField(
            _("E-mail on new sign-ins"),
            default=True,
            help_text=_("Users receive an e-mail when their account is used from a new device."),
        ),
        id=PREFIX + "receiveLoginDetectionEmail",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )
    unread_alert = setting(
        models.BooleanField(
            _("Unread alert"),
            default=True,
            help_text=_("The page's title and icon show that there are unread messages."),
        ),
        id=PREFIX + "unreadAlert",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )
    auto_away = setting(
        models.BooleanField(
            _("Auto away"), default=True, help_text=_("Members are shown as away after the idle time limit.")
        ),
        id=PREFIX + "enableAutoAway",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )
    idle_limit = setting(
        models.PositiveIntegerField(
            _("Idle time limit"),
            default=DEFAULT_IDLE_LIMIT,
            validators=[MaxValueValidator(86_400)],
            help_text=_(
                "Seconds without activity until a member is shown as away, at most one day (86,400). 0: never."
            ),
        ),
        id=PREFIX + "idleTimeLimit",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
        requires=(PREFIX + "enableAutoAway",),
    )
    new_room_sound = setting(
        models.CharField(_("New room sound"), max_length=16, choices=Sound.choices, default=Sound.DOOR),
        id=PREFIX + "newRoomNotification",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )
    new_message_sound = setting(
        models.CharField(_("New message sound"), max_length=16, choices=Sound.choices, default=Sound.CHIME),
        id=PREFIX + "newMessageNotification",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )
    mute_focused = setting(
        models.BooleanField(
            _("Mute focused conversations"),
            default=True,
            help_text=_("No sound for messages in the open room."),
        ),
        id=PREFIX + "muteFocusedConversations",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )
    sound_volume = setting(
        models.PositiveSmallIntegerField(
            _("Notification sound volume"),
            default=100,
            validators=[MaxValueValidator(100)],
            help_text=_("Percent, from 0 to 100."),
        ),
        id=PREFIX + "notificationsSoundVolume",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )

    quiet_hours = setting(
        models.TextField(
            _("Quiet hours"),
            blank=True,
            default="",
            validators=[hours_validate],
            help_text=_(
                "Pushes in these hours are delivered when the hours end. Times are in each member's time zone. Write "
                "days and hours on one line, such as “mon-fri 22:00-07:00” or “sat,sun 00:00-24:00”. Empty: none."
            ),
        ),
        id=PREFIX + "quietHours",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )
    lets_mentions_through = setting(
        models.BooleanField(
            _("Push direct messages and mentions during quiet hours"),
            default=False,
            help_text=_("On: they are pushed at any time, unless the member has chosen otherwise."),
        ),
        id=PREFIX + "quietHoursLetMentionsThrough",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )

    class Meta:
        verbose_name = verbose_name_plural = _("Accounts")

    def notes(self) -> Mapping[str, str | Promise]:
        return inheritance_sentences(self.preference_defaults())

    @classmethod
    def preference_defaults(cls) -> list[str]:
        """Return the names of the fields that are defaults of accounts' preferences."""
        fields = cls.declared_fields()
        return [field.name for declaration, field in fields if declaration.section == DEFAULT_USER_PREFERENCES]
