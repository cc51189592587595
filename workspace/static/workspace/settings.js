// Settings screens: fields whose requirements do not hold are dimmed while the requirements are being switched.
// Without this script every field stays usable; the page then says which ones have no effect.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
    const rows = [...document.querySelectorAll("[data-requires]")].filter((row) => row.dataset.requires);

    const holds = (requirement) => {
        if (requirement === "-") return false;
        const input = document.querySelector(`#settings-form input[type=checkbox][name="${requirement.replace("!", "")}"]`);
        return !input || input.checked !== requirement.startsWith("!");
    };

    const update = () => {
        for (const row of rows) {
            const met = row.dataset.requires.split(" ").every(holds);
            const control = row.querySelector(".settings-input");
            if (control) {
                // A switch that is on can always be switched off, or nobody could leave a state that does not work.
                const isOn = control.querySelector("input[type=checkbox]:checked");
                control.inert = !met && !isOn;
            } else {
                row.querySelector("button").disabled = !met;
            }
        }
    };

    document.getElementById("settings-form")?.addEventListener("change", update);
    update();
    document.querySelector(".settings-row.errors :is(input:not([type=hidden]), textarea, select)")?.focus();
});
