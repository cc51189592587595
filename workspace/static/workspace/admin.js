// The menu of the administration: search as you type (key: t), and sections that remember whether they are open.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
    for (const part of document.querySelectorAll("[data-nav]")) {
        const key = `callboard.nav.${part.dataset.nav}`;
        if (localStorage.getItem(key) === "closed" && !part.querySelector("[aria-current]")) part.open = false;
        part.querySelector("summary").addEventListener("click", () => {
            localStorage.setItem(key, part.open ? "closed" : "open");
        });
    }

    const form = document.querySelector("[data-search]");
    if (!form) return;
    const input = form.querySelector("input");
    const list = form.querySelector("[role=listbox]");
    const status = form.querySelector("[data-search-status]");
    const DELAY = 150;
    let timer = null;
    let pending = null;

    const options = () => [...list.querySelectorAll("[role=option]")];
    const selected = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

    const select = (index) => {
        options().forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
        const option = options()[index];
        if (option) option.scrollIntoView({ block: "nearest" });
        input.setAttribute("aria-activedescendant", option?.id ?? "");
    };

    const show = (isShown) => {
        list.hidden = !isShown;
        input.setAttribute("aria-expanded", String(isShown));
        if (!isShown) select(-1);
    };

    const search = async () => {
        pending?.abort();
        const query = input.value.trim();
        if (!query) {
            status.textContent = "";
            show(false);
            return;
        }
        pending = new AbortController();
        try {
            const address = `${form.dataset.search}?${new URLSearchParams({ q: query, part: "found" })}`;
            const response = await fetch(address, { signal: pending.signal });
            if (!response.ok || response.redirected) return;
            list.innerHTML = await response.text();
            const found = form.dataset.found.replace("%n", options().length);
            status.textContent = options().length ? found : list.textContent.trim();
            show(true);
        } catch {
            // Aborted by further typing, or no connection. The Enter key still submits the search.
        }
    };

    input.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(search, DELAY);
    });
    input.addEventListener("keydown", (event) => {
        const count = options().length;
        if (event.key === "Escape") {
            if (list.hidden) input.value = "";
            show(false);
            event.preventDefault();
        } else if (!list.hidden && count && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
            select((selected() + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
            event.preventDefault();
        } else if (!list.hidden && event.key === "Enter" && selected() >= 0) {
            options()[selected()].click();
            event.preventDefault();
        }
    });
    input.addEventListener("focus", () => {
        if (input.value.trim() && list.childElementCount) show(true);
    });
    form.addEventListener("focusout", (event) => {
        if (!form.contains(event.relatedTarget)) show(false);
    });

    const isTyping = (element) => element.isContentEditable || element.matches("input, textarea, select");
    document.addEventListener("keydown", (event) => {
        if (event.key !== "t" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
        event.preventDefault();
        // On narrow screens the menu with the search field is closed, so the search page is opened.
        if (!input.checkVisibility()) location.assign(form.dataset.search);
        input.focus();
        input.select();
    });
});
