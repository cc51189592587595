// Elements with data-visible-only send no periodic requests while the page is hidden; requests after an event still go
// out. htmx has filters for this ("every 20s [...]"), but it evaluates them, which the pages' policy forbids.
"use strict";

document.addEventListener("htmx:confirm", (event) => {
    const isPeriodic = !event.detail.triggeringEvent && event.target.matches("[data-visible-only]");
    if (isPeriodic && document.visibilityState !== "visible") event.preventDefault();
});
