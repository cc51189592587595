"""Forms that save only what the user changed, and keep changes made by other clients meanwhile."""

from __future__ import annotations

from typing import Any

from django import forms


class ChangesForm(forms.Form):
    """A form whose page submits the initial value of each field (in hidden inputs named `initial-…`).

    A subclass that adds fields in its initializer must call :meth:`include_initial` afterwards.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.include_initial()

    def include_initial(self) -> None:
        """Include the initial values in the page."""
        for field in self.fields.values():
            field.show_hidden_initial = True

    def is_changed(self, name: str) -> bool:
        """Return True unless the page reports that the field was not changed.

        Without an initial value, as in requests from scripts, the submitted value counts.
        """
        return self[name].html_initial_name not in self.data or name in self.changed_data

    def changes(self) -> dict[str, Any]:
        """Return the valid values that the user changed."""
        return {
            name: value for name, value in self.cleaned_data.items() if name in self.fields and self.is_changed(name)
        }
