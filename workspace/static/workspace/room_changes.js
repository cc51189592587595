// Applies changes to an open room or thread: messages are edited or deleted in place, and the page is cleared if the
// user may no longer see it. Focus, selection, scroll position and the text being typed are preserved.
"use strict";

(() => {
    const { shown, thread: threadShown } = document.currentScript.dataset;
    const scroller = document.querySelector("[data-scroll]");
    const content = document.getElementById("content");
    const room = document.querySelector("[data-open-room]").dataset.openRoom;
    // The parts of a message that can change.
    const CHANGEABLE_PARTS = [".room-who", ".room-text", ".room-marks", ".room-thread"];
    const NEAR = 2;

    const messageOf = (id) => document.getElementById(`message-${id}`);

    // Applies a change without moving the visible messages.
    const preserveScroll = (change) => {
        const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
        const top = scroller.getBoundingClientRect().top;
        const isVisible = (element) => element.getBoundingClientRect().bottom > top;
        const visible = [...scroller.querySelectorAll("li[id]")].filter(isVisible);
        const before = visible.map((element) => [element, element.getBoundingClientRect().top]);
        scroller.style.overflowAnchor = "none";
        change();
        const anchor = before.find(([element]) => element.isConnected);
        if (atEnd) scroller.scrollTop = scroller.scrollHeight;
        else if (anchor) scroller.scrollTop += anchor[0].getBoundingClientRect().top - anchor[1];
        requestAnimationFrame(() => {
            scroller.style.overflowAnchor = "";
        });
    };

    const updatePart = (message, selector, next) => {
        const old = message.querySelector(selector);
        const updated = next.querySelector(selector);
        if (old && updated) Live.update(old, updated);
        else if (updated) message.querySelector(".room-said").append(updated);
        else if (old) {
            const hadFocus = old.contains(document.activeElement);
            old.remove();
            if (!hadFocus) return;
            message.tabIndex = -1;
            message.focus({ preventScroll: true });
        }
    };

    const remove = (id) => {
        const message = messageOf(id);
        if (!message) return;
        preserveScroll(() => {
            const hadFocus = message.contains(document.activeElement);
            const before = message.previousElementSibling;
            const after = message.nextElementSibling;
            message.remove();
            // The next message needs the sender's name, and a day separator without messages is removed.
            if (!message.classList.contains("room-continued")) after?.classList.remove("room-continued");
            if (before?.matches(".room-day") && (!after || after.matches(".room-day, [data-poll]"))) before.remove();
            if (hadFocus) scroller.focus({ preventScroll: true });
        });
    };

    const refresh = async (id) => {
        if (!messageOf(id)) return;
        const address = shown.replace("ID", id) + (threadShown ? "?thread" : "");
        const response = await fetch(address, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
        if (response?.status === 204) return remove(id);
        if (!response?.ok || response.redirected) return;
        const next = new DOMParser().parseFromString(await response.text(), "text/html");
        const message = messageOf(id);
        const updated = next.getElementById(`message-${id}`);
        if (!message || !updated) return;
        preserveScroll(() => {
            for (const part of CHANGEABLE_PARTS) updatePart(message, part, updated);
            const count = next.getElementById("replies-count");
            if (count) document.getElementById("replies-count")?.replaceChildren(...count.childNodes);
        });
    };

    const showGone = (why) => {
        const template = document.querySelector(`[data-gone=${why}]`) ?? document.querySelector("[data-gone=lost]");
        if (!template) return;
        content.replaceChildren(template.content.cloneNode(true));
        document.title = content.querySelector("h1").textContent;
        content.focus({ preventScroll: true });
    };

    const showLeft = () => {
        const notice = document.querySelector("[data-left]");
        document.querySelector("[data-composer]")?.replaceWith(notice.content.cloneNode(true));
        document.querySelector(".room-menu")?.remove();
    };

    document.addEventListener("callboard:change", ({ detail: { kind, room: changed, message, thread } }) => {
        if (kind === "deactivated") return showGone(kind);
        if (changed !== room) return undefined;
        if (kind === "lost") return showGone(kind);
        if (kind === "left") return showLeft();
        if (kind === "deleted" && message === threadShown) return showGone(kind);
        if (kind === "deleted") remove(message);
        // The first message of a thread shows the number of replies.
        return refresh(kind === "deleted" && thread ? thread : message);
    });

    // Visitors of a channel have no event stream; responses to their polling contain the ids of changed messages.
    document.body.addEventListener("htmx:afterSettle", () => {
        const poll = document.querySelector("[data-poll][data-changed]");
        if (!poll) return;
        const ids = poll.dataset.changed.split(" ");
        delete poll.dataset.changed;
        for (const id of ids) refresh(id);
    });

    // If no event arrives, losing access is noticed when the page polls for newer messages.
    document.body.addEventListener("htmx:responseError", ({ detail: { elt, xhr } }) => {
        if (xhr.status === 404 && elt.matches("[data-poll]")) showGone("lost");
    });
})();
