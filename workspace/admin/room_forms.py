"""Forms of the room pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from workspace.models import Room, RoomType, User
from workspace.services.rooms import CREATE_PERMISSION, room_create

if TYPE_CHECKING:
    RoomModelForm = forms.ModelForm[Room]
else:
    RoomModelForm = forms.ModelForm


def parse_users(text: str) -> list[User]:
    """Return the accounts whose usernames are in the text, separated by commas or spaces, with or without @.

    Raises ValidationError with the names that do not exist.
    """
    names = {name.lstrip("@").lower() for name in text.replace(",", " ").split()}
    users: list[User] = list(User.objects.filter(username__lower__in=names))
    unknown = names - {user.username.lower() for user in users}
    if unknown:
        raise ValidationError(_("Unknown usernames: %(names)s."), params={"names": ", ".join(sorted(unknown))})
    return users


class PeopleField(forms.CharField):
    """Usernames, converted to accounts."""

    widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "data-names": reverse_lazy("names-completed")})

    def clean(self, value: Any) -> Any:
        return parse_users(super().clean(value))


class RoomCreationForm(RoomModelForm):
    """A new channel or private group. Direct rooms are started by their members."""

    type = forms.ChoiceField(
        label=_("Type"),
        choices=[choice for choice in RoomType.choices if choice[0] != RoomType.DIRECT],
        widget=UnfoldAdminSelectWidget,
    )
    members = PeopleField(
        label=_("Members"),
        required=False,
        help_text=_("Usernames in addition to your own, separated by commas or spaces."),
    )

    # The current user, set by a subclass for each request.
    creator: User

    class Meta:
        model = Room
        fields = ("type", "name", "topic", "is_read_only")
        help_texts: ClassVar[dict[str, Any]] = {"name": _("Letters, digits, dots, dashes and underscores.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        # The validation of the room requires a creator.
        self.instance.creator = self.creator

    def clean_type(self) -> RoomType:
        kind = RoomType(self.cleaned_data["type"])
        if not self.creator.has_perm(CREATE_PERMISSION[kind]):
            raise ValidationError(_("Your roles do not allow you to create rooms of this type."))
        return kind

    def create(self) -> Room:
        """Create the room through the service, with the current user as its owner."""
        data = self.cleaned_data
        room = room_create(
            creator=self.creator,
            name=data["name"],
            type=data["type"],
            members=data["members"],
            is_read_only=data["is_read_only"],
        )
        if data["topic"]:
            room.topic = data["topic"]
            room.save(update_fields=["topic", "updated_at"])
        return room
