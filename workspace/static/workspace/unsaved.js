// Forms marked with `data-unsaved`: warns before a page with unsaved changes is left, marks the rows that were changed,
// and shows that there are any. A field is unsaved if it differs from its hidden initial value or, without one, from
// what the page came with; `data-unsaved="changed"` says that the page came with unsaved changes.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
    const text = (value) => value.replaceAll("\r\n", "\n");

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
        if (initial) return text(control.value) !== text(initial.value);
        if (control.options) {
            const preset = [...control.options].find((option) => option.defaultSelected) ?? control.options[0];
            return control.value !== preset?.value;
        }
        return text(control.value) !== text(control.defaultValue);
    };

    const hasChanges = (part) => [...part.querySelectorAll("input, select, textarea")].some(isChanged);

    const watch = (form) => {
        let isLeft = false;

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
            isLeft = true;
        });
        form.querySelector("[data-unsaved-cancel]")?.addEventListener("click", () => {
            isLeft = true;
        });
        addEventListener("beforeunload", (event) => {
            if (!isLeft && isUnsaved()) event.preventDefault();
        });
        // Browsers fill in what was entered before when somebody comes back to the page.
        addEventListener("pageshow", () => {
            isLeft = false;
            show();
        });
        show();
    };

    document.querySelectorAll("form[data-unsaved]").forEach(watch);
});
