"""Forms that save only what the person changed, and leave alone what another client changed meanwhile."""

from __future__ import annotations

from typing import Any

from django import forms


class ChangesForm(forms.Form):
    """A form whose page sends along what each field showed at first (in hidden fields named `initial-…`).

    A subclass that adds fields while it is initialized calls :meth:`include_initial` afterwards.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.include_initial()

    def include_initial(self) -> None:
        """Let the page send along what the fields show at first."""
        for field in self.fields.values():
            field.show_hidden_initial = True

    def is_changed(self, name: str) -> bool:
        """Return True unless the page says that the field was left as it was shown.

        Without a word on what it showed, as from a script, what was sent counts.
        """
        return self[name].html_initial_name not in self.data or name in self.changed_data

    def changes(self) -> dict[str, Any]:
        """Return the valid values that the person changed."""
        return {
            name: value for name, value in self.cleaned_data.items() if name in self.fields and self.is_changed(name)
        }
