// Settings screens: dims fields while their requirements are not met. Without this script all fields are usable, and
// the page shows which ones have no effect.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
    const rows = [...document.querySelectorAll("[data-requires]")].filter((row) => row.dataset.requires);

    const isMet = (requirement) => {
        if (requirement === "-") return false;
        const input = document.querySelector(`#settings-form input[type=checkbox][name="${requirement.replace("!", "")}"]`);
        return !input || input.checked !== requirement.startsWith("!");
    };

    const update = () => {
        for (const row of rows) {
            const met = row.dataset.requires.split(" ").every(isMet);
            const control = row.querySelector(".settings-input");
            if (control) {
                // A switch that is on can always be turned off. Otherwise an invalid state could not be corrected.
                const isOn = control.querySelector("input[type=checkbox]:checked");
                control.inert = !met && !isOn;
            } else {
                row.querySelector("button").disabled = !met;
            }
            // Sections without effect are folded. They open when their requirements are met.
            const folded = row.closest("[data-folded]");
            if (folded && met) folded.open = true;
        }
    };

    // "Reset to default" only changes the field. The change is saved or cancelled together with the others.
    const reset = (event) => {
        const button = event.target.closest("[data-default]");
        if (!button) return;
        event.preventDefault();
        const input = document.querySelector(`#settings-form [name="${button.value}"]`);
        if (input.type === "checkbox") input.checked = button.dataset.default === "on";
        else input.value = button.dataset.default;
        for (const type of ["input", "change"]) input.dispatchEvent(new Event(type, { bubbles: true }));
        input.focus();
    };

    const reveal = () => {
        const folded = document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest("[data-folded]");
        if (!folded) return;
        folded.open = true;
        document.getElementById(decodeURIComponent(location.hash.slice(1))).scrollIntoView();
    };

    addEventListener("hashchange", reveal);
    reveal();

    const form = document.getElementById("settings-form");
    form?.addEventListener("change", update);
    form?.addEventListener("click", reset);
    update();
    document.querySelector(".settings-row.errors :is(input:not([type=hidden]), textarea, select)")?.focus();
});
