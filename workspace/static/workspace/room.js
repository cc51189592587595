// An open room: begins at its end, follows what is said while its reader is there, and tells that it was seen.
"use strict";

(() => {
    const { read, token } = document.currentScript.dataset;
    const scroller = document.querySelector("[data-scroll]");
    const list = document.getElementById("messages");
    const isLast = () => list.querySelector("[data-poll]") !== null;
    const NEAR = 120;

    const isAtEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
    const toEnd = () => scroller.scrollTo({ top: scroller.scrollHeight });

    let unseen = read !== undefined && read !== "";
    const see = async () => {
        if (!unseen || !isLast() || !isAtEnd() || document.visibilityState !== "visible" || !document.hasFocus()) return;
        unseen = false;
        const body = new FormData();
        body.set("csrfmiddlewaretoken", token);
        try {
            await fetch(read, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
            htmx.trigger(document.body, "callboard:read");
        } catch {
            unseen = true;
        }
    };

    const linked = document.querySelector(".room-linked") ?? document.getElementById("unread");
    if (linked) linked.scrollIntoView({ block: "center" });
    else toEnd();

    let wasAtEnd = true;
    document.body.addEventListener("htmx:beforeSwap", (event) => {
        if (event.target.matches("[data-poll]")) wasAtEnd = isAtEnd();
    });
    document.body.addEventListener("htmx:afterSettle", (event) => {
        if (!list.contains(event.target)) return;
        unseen = Boolean(read);
        if (wasAtEnd) toEnd();
        see();
    });

    scroller.addEventListener("scroll", see, { passive: true });
    document.addEventListener("visibilitychange", see);
    addEventListener("focus", see);
    see();
})();
