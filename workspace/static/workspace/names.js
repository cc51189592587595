// Completes usernames in fields with `data-names` (the URL of suggestions; `data-names-room` limits them to the members
// of a room). A field contains one name, or several separated by commas or spaces.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
    const DELAY = 150;
    // The text before the name being typed, an optional @, and the name.
    const LAST_NAME = /^(.*[\s,])?(@?)([^\s,@]*)$/s;

    const option = (value, label) => {
        const element = document.createElement("option");
        element.value = value;
        element.label = label;
        return element;
    };

    const complete = (input, number) => {
        const list = document.createElement("datalist");
        list.id = `names-${number}`;
        input.after(list);
        input.setAttribute("list", list.id);
        let timer = null;
        let requestCount = 0;

        const suggest = async () => {
            const [, before = "", at = "", name = ""] = LAST_NAME.exec(input.value) ?? [];
            const requestId = (requestCount += 1);
            if (!name) return list.replaceChildren();
            const { names, namesRoom } = input.dataset;
            const query = new URLSearchParams({ q: name, ...(namesRoom ? { room: namesRoom } : {}) });
            const response = await fetch(`${names}?${query}`).catch(() => null);
            if (requestId !== requestCount || !response?.ok || response.redirected) return undefined;
            const { people } = await response.json();
            return list.replaceChildren(...people.map((person) => option(before + at + person.username, person.name)));
        };

        input.addEventListener("input", () => {
            clearTimeout(timer);
            timer = setTimeout(suggest, DELAY);
        });
    };

    document.querySelectorAll("input[data-names]").forEach(complete);
});
