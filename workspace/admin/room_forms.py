"""Forms of the rooms' pages."""

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


def people_named(text: str) -> list[User]:
    """Return the accounts whose usernames stand in the text, apart by commas or white space, with or without an @.

    Raises ValidationError naming those that no account has.
    """
    names = {name.lstrip("@").lower() for name in text.replace(",", " ").split()}
    found: list[User] = list(User.objects.filter(username__lower__in=names))
    unknown = names - {user.username.lower() for user in found}
    if unknown:
        raise ValidationError(_("Nobody is called: %(names)s."), params={"names": ", ".join(sorted(unknown))})
    return found


class PeopleField(forms.CharField):
    """Usernames; becomes the accounts."""

    widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "data-names": reverse_lazy("names-completed")})

    def clean(self, value: Any) -> Any:
        return people_named(super().clean(value))


class RoomCreationForm(RoomModelForm):
    """A new channel or private group; direct rooms are begun by the people in them."""

    type = forms.ChoiceField(
        label=_("Type"),
        choices=[choice for choice in RoomType.choices if choice[0] != RoomType.DIRECT],
        widget=UnfoldAdminSelectWidget,
    )
    members = PeopleField(
        label=_("Members"), required=False, help_text=_("Usernames beside your own, apart by commas or spaces.")
    )

    # Whoever looks at the page; given by the page's own subclass.
    creator: User

    class Meta:
        model = Room
        fields = ("type", "name", "topic", "is_read_only")
        help_texts: ClassVar[dict[str, Any]] = {"name": _("Letters, digits, dots, dashes and underscores.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        # The room's own checks ask for a creator before the service names one.
        self.instance.creator = self.creator

    def clean_type(self) -> RoomType:
        kind = RoomType(self.cleaned_data["type"])
        if not self.creator.has_perm(CREATE_PERMISSION[kind]):
            raise ValidationError(_("Your roles do not let you create rooms of this type."))
        return kind

    def create(self) -> Room:
        """Create the room as the rest of the product does, with whoever creates it as its owner."""
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
