// Lets an open room or thread follow what happens elsewhere: messages are edited or deleted in place, and a page whose
// reader may no longer see it is emptied. Focus, selection, scroll position and the text being typed stay as they are.
"use strict";

(() => {
    const { shown, thread: threadShown } = document.currentScript.dataset;
    const scroller = document.querySelector("[data-scroll]");
    const content = document.getElementById("content");
    const room = document.querySelector("[data-open-room]").dataset.openRoom;
    // What of a message can change; the rest of it stays as it is.
    const PARTS = [".room-who", ".room-text", ".room-thread"];
    const NEAR = 2;

    const messageOf = (id) => document.getElementById(`message-${id}`);

    // Makes a change above the visible messages without moving them.
    const inPlace = (change) => {
        const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
        const top = scroller.getBoundingClientRect().top;
        const visible = [...scroller.querySelectorAll("li[id]")].filter((one) => one.getBoundingClientRect().bottom > top);
        const before = visible.map((one) => [one, one.getBoundingClientRect().top]);
        scroller.style.overflowAnchor = "none";
        change();
        const anchor = before.find(([one]) => one.isConnected);
        if (atEnd) scroller.scrollTop = scroller.scrollHeight;
        else if (anchor) scroller.scrollTop += anchor[0].getBoundingClientRect().top - anchor[1];
        requestAnimationFrame(() => {
            scroller.style.overflowAnchor = "";
        });
    };

    const partUpdate = (message, selector, next) => {
        const old = message.querySelector(selector);
        const made = next.querySelector(selector);
        if (old && made) Live.update(old, made);
        else if (made) message.querySelector(".room-said").append(made);
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
        inPlace(() => {
            const hadFocus = message.contains(document.activeElement);
            const before = message.previousElementSibling;
            const after = message.nextElementSibling;
            message.remove();
            // The sender's name stood above the removed message, and the day's line above the only message of the day.
            if (!message.classList.contains("room-continued")) after?.classList.remove("room-continued");
            if (before?.matches(".room-day") && (!after || after.matches(".room-day, [data-poll]"))) before.remove();
            if (hadFocus) scroller.focus({ preventScroll: true });
        });
    };

    const refresh = async (id) => {
        if (!messageOf(id)) return;
        const address = shown.replace("ID", id) + (threadShown ? "?thread" : "");
        const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
        if (answer?.status === 204) return remove(id);
        if (!answer?.ok || answer.redirected) return;
        const next = new DOMParser().parseFromString(await answer.text(), "text/html");
        const message = messageOf(id);
        const made = next.getElementById(`message-${id}`);
        if (!message || !made) return;
        inPlace(() => {
            for (const part of PARTS) partUpdate(message, part, made);
            const count = next.getElementById("replies-count");
            if (count) document.getElementById("replies-count")?.replaceChildren(...count.childNodes);
        });
    };

    const empty = (why) => {
        const template = document.querySelector(`[data-gone=${why}]`) ?? document.querySelector("[data-gone=lost]");
        if (!template) return;
        content.replaceChildren(template.content.cloneNode(true));
        document.title = content.querySelector("h1").textContent;
        content.focus({ preventScroll: true });
    };

    const leave = () => {
        const notice = document.querySelector("[data-left]");
        document.querySelector("[data-composer]")?.replaceWith(notice.content.cloneNode(true));
        document.querySelector(".room-menu")?.remove();
    };

    document.addEventListener("callboard:change", ({ detail: { kind, room: changed, message, thread } }) => {
        if (kind === "deactivated") return empty(kind);
        if (changed !== room) return undefined;
        if (kind === "lost") return empty(kind);
        if (kind === "left") return leave();
        if (kind === "deleted" && message === threadShown) return empty(kind);
        if (kind === "deleted") remove(message);
        // The number of replies stands at the message that begins the thread.
        return refresh(kind === "deleted" && thread ? thread : message);
    });

    // Visitors of a channel have no stream of their room; what they ask for names what has changed.
    document.body.addEventListener("htmx:afterSettle", () => {
        const poll = document.querySelector("[data-poll][data-changed]");
        if (!poll) return;
        const ids = poll.dataset.changed.split(" ");
        delete poll.dataset.changed;
        for (const id of ids) refresh(id);
    });

    // A reader who receives no event notices when the page asks for newer messages.
    document.body.addEventListener("htmx:responseError", ({ detail: { elt, xhr } }) => {
        if (xhr.status === 404 && elt.matches("[data-poll]")) empty("lost");
    });
})();
