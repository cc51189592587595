"""Form widgets for user pages."""

from __future__ import annotations

from typing import Any

from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget

# Like unfold's template, with classes from its stylesheet.
WITH_ARROW = (
    '<div class="grow relative max-w-2xl"><select{}>{}</select><span class="material-symbols-outlined absolute '
    'pointer-events-none mr-[12px] right-0 text-base-400 top-1/2 dark:text-base-500 -translate-y-1/2" '
    'aria-hidden="true">expand_more</span></div>'
)


class PlainSelect(UnfoldAdminSelectWidget):  # type: ignore[misc]
    """Unfold's drop-down list, rendered without templates: one per option is slow for hundreds of time zones."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = {str(item) for item in self.format_value(value)}
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, SafeString(" selected") if str(key) in chosen else "", label) for key, label in self.choices),
        )
        attributes = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html(WITH_ARROW, attributes, options)
