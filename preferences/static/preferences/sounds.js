// Plays the selected sound, at the selected volume, before it is saved.
"use strict";

(() => {
    const { folder } = document.currentScript.dataset;
    const DEFAULT = /\((.+)\)/;
    let playing = null;

    const volume = () => {
        const field = document.querySelector("[name=sound_volume]");
        const percent = Number(field?.value || field?.placeholder.match(/\d+/)?.[0] || 100);
        return Math.min(100, Math.max(0, percent)) / 100;
    };

    // The default choice has the name of its sound in brackets.
    const chosen = (select) => {
        if (select.value) return select.value;
        const name = select.selectedOptions[0]?.textContent.match(DEFAULT)?.[1];
        return [...select.options].find((option) => option.textContent.trim() === name)?.value;
    };

    const play = (name) => {
        playing?.pause();
        if (!name || name === "none") return;
        playing = new Audio(`${folder}${name}.wav`);
        playing.volume = volume();
        playing.play();
    };

    for (const button of document.querySelectorAll("[data-plays]")) {
        button.hidden = false;
        button.addEventListener("click", () => play(chosen(document.getElementById(button.dataset.plays))));
    }
})();
