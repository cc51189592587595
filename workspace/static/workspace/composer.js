// The composer: Enter sends, and behind an @ a list of the room's people completes the name.
"use strict";

(() => {
    const form = document.querySelector("[data-composer]");
    if (!form) return;
    const text = form.querySelector("textarea");
    const list = document.getElementById("people");
    const problem = document.getElementById("composer-problem");
    const unsent = form.querySelector("[data-unsent]");
    const CALL = /(?:^|[^\w@./\\-])@([0-9A-Za-z_.-]*)$/;
    const PAUSE = 120;
    let timer = null;
    let asked = 0;

    text.setAttribute("role", "combobox");
    text.setAttribute("aria-autocomplete", "list");
    text.setAttribute("aria-controls", "people");
    text.setAttribute("aria-expanded", "false");

    const call = () => CALL.exec(text.value.slice(0, text.selectionStart));
    const options = () => [...list.querySelectorAll("[role=option]")];
    const chosen = () => list.querySelector("[aria-selected=true]");

    const close = () => {
        asked += 1;
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
        const found = call();
        if (!found) return;
        const end = text.selectionStart;
        text.setRangeText(`@${option.dataset.name} `, end - found[1].length - 1, end, "end");
        close();
        text.focus();
    };

    const ask = async () => {
        const found = call();
        if (!found) return close();
        const question = (asked += 1);
        try {
            const answer = await fetch(`${form.dataset.people}?q=${encodeURIComponent(found[1])}`);
            if (question !== asked || !answer.ok) return undefined;
            list.innerHTML = await answer.text();
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
        timer = setTimeout(ask, PAUSE);
    });
    text.addEventListener("blur", () => setTimeout(close, PAUSE));
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

    // Sent without leaving the page: what was sent is taken out, what was refused or is written meanwhile stays.
    let sent = null;
    form.addEventListener("htmx:beforeRequest", () => {
        sent = text.value;
    });
    form.addEventListener("htmx:afterRequest", ({ detail }) => {
        if (!detail.successful) problem.replaceChildren(unsent.content.cloneNode(true));
        else if (detail.xhr.getResponseHeader("HX-Trigger")) {
            if (text.value.startsWith(sent)) text.value = text.value.slice(sent.length);
            if (form.elements.in_room) form.elements.in_room.checked = false;
        }
        sent = null;
        text.focus();
    });

    // A message that is on its way is not sent once more.
    const repeated = (event) => {
        if (text.value !== sent) return;
        event.preventDefault();
        event.stopImmediatePropagation();
    };
    form.addEventListener("submit", repeated, { capture: true });
})();
