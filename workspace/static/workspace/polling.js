// Elements with data-visible-only send no periodic requests while the page is hidden. Requests triggered by events are
// still sent. htmx has filters for this ("every 20s [...]"), but it uses eval, which the content policy forbids.
"use strict";

document.addEventListener("htmx:confirm", (event) => {
    const isPeriodic = !event.detail.triggeringEvent && event.target.matches("[data-visible-only]");
    if (isPeriodic && document.visibilityState !== "visible") event.preventDefault();
});
