// Forms with `data-unsaved`: warns before leaving a page with unsaved changes, marks the changed rows, and shows a note.
// A field is unsaved if it differs from its hidden initial value or, without one, from the value that was loaded with the
// page. `data-unsaved="changed"` means that the page was loaded with unsaved changes.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
    const normalize = (value) => value.replaceAll("\r\n", "\n");

    const isChanged = (control) => {
        if (control.dataset.unsavedValue !== undefined) return true;
        if (control.disabled || ["hidden", "submit", "button"].includes(control.type)) return false;
        const initial = control.form.elements[`initial-${control.name}`];
        if (control.type === "radio") {
            return control.checked !== (initial ? initial.value === control.value : control.defaultChecked);
        }
        if (control.type === "checkbox") {
            return control.checked !== (initial ? initial.value === "True" : control.defaultChecked);
        }
        if (initial) return normalize(control.value) !== normalize(initial.value);
        if (control.options) {
            const preset = [...control.options].find((option) => option.defaultSelected) ?? control.options[0];
            return control.value !== preset?.value;
        }
        return normalize(control.value) !== normalize(control.defaultValue);
    };

    const hasChanges = (part) => [...part.querySelectorAll("input, select, textarea")].some(isChanged);

    const watch = (form) => {
        let isLeaving = false;

        const isUnsaved = () => form.dataset.unsaved === "changed" || hasChanges(form);

        const show = () => {
            for (const row of form.querySelectorAll("[data-unsaved-row]")) {
                row.querySelector("[data-unsaved-mark]").hidden = !hasChanges(row);
            }
            const note = form.querySelector("[data-unsaved-note]");
            if (note) note.hidden = !isUnsaved();
        };

        form.addEventListener("input", show);
        form.addEventListener("change", show);
        form.addEventListener("submit", () => {
            isLeaving = true;
        });
        form.querySelector("[data-unsaved-cancel]")?.addEventListener("click", () => {
            isLeaving = true;
        });
        addEventListener("beforeunload", (event) => {
            if (!isLeaving && isUnsaved()) event.preventDefault();
        });
        // Browsers restore entered values when the user returns to the page.
        addEventListener("pageshow", () => {
            isLeaving = false;
            show();
        });
        show();
    };

    document.querySelectorAll("form[data-unsaved]").forEach(watch);
});
