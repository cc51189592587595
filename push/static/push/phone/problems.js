// Shows why notifications cannot arrive, while that is the case.

const CHECK_EVERY = 30_000;
const CHECK_AGAIN_AFTER_PROBLEM = 5_000;

const config = JSON.parse(document.getElementById("phone-config").textContent);
const box = document.getElementById("problems");
let shown = "[]";

async function check() {
    const wait = document.hidden ? CHECK_EVERY : await checkOnce();
    setTimeout(check, wait);
}

// Returns the delay until the next check in milliseconds.
async function checkOnce() {
    try {
        const response = await fetch(config.urls.problems, { headers: { Accept: "application/json" } });
        if (!response.ok) return CHECK_EVERY;
        const { problems } = await response.json();
        show(problems);
        return problems.length ? CHECK_AGAIN_AFTER_PROBLEM : CHECK_EVERY;
    } catch {
        // The phone itself shows a missing connection.
        return CHECK_AGAIN_AFTER_PROBLEM;
    }
}

function show(problems) {
    const text = JSON.stringify(problems);
    if (text === shown) return;
    shown = text;
    const list = document.createElement("ul");
    list.append(...problems.map(line));
    Live.update(box.querySelector("ul"), list);
    box.hidden = problems.length === 0;
}

function line({ title, sentence, url, step }) {
    const item = document.createElement("li");
    const name = document.createElement("strong");
    name.textContent = title;
    item.append(name, ` ${sentence} `);
    if (url) {
        const link = document.createElement("a");
        link.href = url;
        link.textContent = step;
        item.append(link);
    }
    return item;
}

check();
