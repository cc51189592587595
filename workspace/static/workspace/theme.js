// The light or dark theme chosen in this browser. Runs before the page is rendered, so that it never flashes in the
// wrong colors. The administration (unfold) and the simulated phone use the same choice.
"use strict";

(() => {
    const KEY = "adminTheme";
    const NEXT = { light: "dark", dark: "auto", auto: "light" };
    const ICONS = { light: "light_mode", dark: "dark_mode", auto: "computer" };
    const page = document.documentElement;
    const system = matchMedia("(prefers-color-scheme: dark)");
    let theme = "auto";

    const load = () => {
        try {
            const saved = JSON.parse(localStorage.getItem(KEY));
            if (saved in NEXT) theme = saved;
        } catch {
            // The browser does not allow storage, so the choice is lost when the page is closed.
        }
    };

    const save = () => {
        try {
            localStorage.setItem(KEY, JSON.stringify(theme));
        } catch {
            // As above.
        }
    };

    const show = () => {
        page.classList.toggle("dark", theme === "dark" || (theme === "auto" && system.matches));
        page.classList.toggle("light", theme === "light");
        for (const button of document.querySelectorAll("[data-theme-choice]")) {
            button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
        }
        for (const button of document.querySelectorAll("[data-theme-next]")) {
            button.querySelector("span").textContent = ICONS[theme];
        }
    };

    const choose = (event) => {
        const button = event.target.closest("[data-theme-choice], [data-theme-next]");
        if (!button) return;
        theme = button.dataset.themeChoice ?? NEXT[theme];
        save();
        show();
    };

    load();
    show();
    system.addEventListener("change", show);
    addEventListener("storage", (event) => {
        if (event.key !== KEY) return;
        load();
        show();
    });
    document.addEventListener("click", choose);
    document.addEventListener("DOMContentLoaded", () => {
        show();
        for (const control of document.querySelectorAll("[data-theme-choices], [data-theme-next]")) control.hidden = false;
    });
})();
