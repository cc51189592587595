// Completes usernames in fields marked with `data-names` (the address that knows them; `data-names-room` limits them to
// members of a room): one name, or several with commas or spaces between them.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
    const PAUSE = 150;
    // What stands before the name that is being typed, an @ included, and the name.
    const LAST = /^(.*[\s,])?(@?)([^\s,@]*)$/s;

    const option = (value, label) => {
        const made = document.createElement("option");
        made.value = value;
        made.label = label;
        return made;
    };

    const complete = (input, number) => {
        const list = document.createElement("datalist");
        list.id = `names-${number}`;
        input.after(list);
        input.setAttribute("list", list.id);
        let timer = null;
        let asked = 0;

        const suggest = async () => {
            const [, before = "", at = "", name = ""] = LAST.exec(input.value) ?? [];
            const question = (asked += 1);
            if (!name) return list.replaceChildren();
            const { names, namesRoom } = input.dataset;
            const query = new URLSearchParams({ q: name, ...(namesRoom ? { room: namesRoom } : {}) });
            const answer = await fetch(`${names}?${query}`).catch(() => null);
            if (question !== asked || !answer?.ok || answer.redirected) return undefined;
            const { people } = await answer.json();
            return list.replaceChildren(...people.map((person) => option(before + at + person.username, person.name)));
        };

        input.addEventListener("input", () => {
            clearTimeout(timer);
            timer = setTimeout(suggest, PAUSE);
        });
    };

    document.querySelectorAll("input[data-names]").forEach(complete);
});
