// An open room: scrolls to the end, follows new messages if the user is at the end, and marks the room as read.
"use strict";

(() => {
    const { read, token } = document.currentScript.dataset;
    const scroller = document.querySelector("[data-scroll]");
    const list = document.getElementById("messages");
    const isLastPage = () => list.querySelector("[data-poll]") !== null;
    const NEAR = 120;

    const isAtEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
    const scrollToEnd = () => scroller.scrollTo({ top: scroller.scrollHeight });

    let unseen = read !== undefined && read !== "";
    const markRead = async () => {
        const isReading = document.visibilityState === "visible" && document.hasFocus();
        if (!unseen || !isLastPage() || !isAtEnd() || !isReading) return;
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
    else scrollToEnd();

    let wasAtEnd = true;
    document.body.addEventListener("htmx:beforeSwap", (event) => {
        if (event.target.matches("[data-poll]")) wasAtEnd = isAtEnd();
    });
    document.body.addEventListener("htmx:afterSettle", (event) => {
        if (!list.contains(event.target)) return;
        unseen = Boolean(read);
        if (wasAtEnd) scrollToEnd();
        markRead();
    });

    // A reaction was chosen in a message's menu.
    document.body.addEventListener("htmx:afterRequest", (event) => {
        event.detail.elt.closest("[popover]")?.hidePopover();
    });

    scroller.addEventListener("scroll", markRead, { passive: true });
    document.addEventListener("visibilitychange", markRead);
    addEventListener("focus", markRead);
    markRead();
})();
