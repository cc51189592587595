// The composer: Enter sends, and after an @ a list of the room's members completes the name.
"use strict";

(() => {
    const form = document.querySelector("[data-composer]");
    if (!form) return;
    const text = form.querySelector("textarea");
    const list = document.getElementById("people");
    const problem = document.getElementById("composer-problem");
    const unsent = form.querySelector("[data-unsent]");
    const MENTION = /(?:^|[^\w@./\\-])@([0-9A-Za-z_.-]*)$/;
    const DELAY = 120;
    let timer = null;
    let requestCount = 0;

    text.setAttribute("role", "combobox");
    text.setAttribute("aria-autocomplete", "list");
    text.setAttribute("aria-controls", "people");
    text.setAttribute("aria-expanded", "false");

    const mentionAtCursor = () => MENTION.exec(text.value.slice(0, text.selectionStart));
    const options = () => [...list.querySelectorAll("[role=option]")];
    const chosen = () => list.querySelector("[aria-selected=true]");

    const close = () => {
        requestCount += 1;
        list.hidden = true;
        list.replaceChildren();
        text.setAttribute("aria-expanded", "false");
        text.removeAttribute("aria-activedescendant");
    };

    const choose = (option) => {
        for (const other of options()) other.setAttribute("aria-selected", String(other === option));
        text.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
    };

    const complete = (option) => {
        const match = mentionAtCursor();
        if (!match) return;
        const end = text.selectionStart;
        text.setRangeText(`@${option.dataset.name} `, end - match[1].length - 1, end, "end");
        close();
        text.focus();
    };

    const suggest = async () => {
        const match = mentionAtCursor();
        if (!match) return close();
        const requestId = (requestCount += 1);
        try {
            const response = await fetch(`${form.dataset.people}?q=${encodeURIComponent(match[1])}`);
            if (requestId !== requestCount || !response.ok) return undefined;
            list.innerHTML = await response.text();
        } catch {
            return close();
        }
        if (!options().length) return close();
        list.hidden = false;
        text.setAttribute("aria-expanded", "true");
        return choose(options()[0]);
    };

    text.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(suggest, DELAY);
    });
    text.addEventListener("blur", () => setTimeout(close, DELAY));
    list.addEventListener("pointerdown", (event) => {
        const option = event.target.closest("[role=option]");
        if (!option) return;
        event.preventDefault();
        complete(option);
    });

    const move = (step) => {
        const all = options();
        choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
    };

    text.addEventListener("keydown", (event) => {
        if (event.isComposing) return;
        if (!list.hidden) {
            const steps = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Escape: close };
            const isChoice = event.key === "Enter" || event.key === "Tab";
            if (isChoice) complete(chosen());
            else if (steps[event.key]) steps[event.key]();
            else return;
            event.preventDefault();
            event.stopPropagation();
        } else if (event.key === "Enter" && !event.shiftKey) {
            event.preventDefault();
            if (text.value.trim()) form.requestSubmit();
        }
    });

    // The page stays open after sending. Only the sent text is removed; rejected text, or text typed meanwhile, is kept.
    let sentText = null;
    form.addEventListener("htmx:beforeRequest", () => {
        sentText = text.value;
    });
    form.addEventListener("htmx:afterRequest", ({ detail }) => {
        if (!detail.successful) problem.replaceChildren(unsent.content.cloneNode(true));
        else if (detail.xhr.getResponseHeader("HX-Trigger")) {
            if (text.value.startsWith(sentText)) text.value = text.value.slice(sentText.length);
            if (form.elements.in_room) form.elements.in_room.checked = false;
        }
        sentText = null;
        text.focus();
    });

    // Prevents sending a message again while it is being sentText.
    const preventRepeat = (event) => {
        if (text.value !== sentText) return;
        event.preventDefault();
        event.stopImmediatePropagation();
    };
    form.addEventListener("submit", preventRepeat, { capture: true });
})();
