// Tells the server that this page is open, whether somebody is using it, and that it is being left: see
// docs/presence.md. Only what people do counts, and most of it is told together, some seconds later.
"use strict";

(() => {
    const { url, token, heartbeat } = document.currentScript.dataset;
    const INTERVAL = 10_000;
    const USES = ["pointerdown", "pointermove", "keydown", "wheel", "touchmove"];
    const newName = () => {
        const bytes = crypto.getRandomValues(new Uint8Array(12));
        return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    };

    let page = newName();
    let usedAt = null;
    let reportedAt = -Infinity;
    let next = null;

    const message = (state) => {
        const data = new FormData();
        data.set("csrfmiddlewaretoken", token);
        data.set("page", page);
        data.set("state", state);
        if (state === "active") data.set("ago", Math.max(0, Math.floor((performance.now() - usedAt) / 1000)));
        return data;
    };

    const schedule = (milliseconds) => {
        clearTimeout(next);
        next = setTimeout(report, milliseconds);
    };

    const report = async () => {
        const body = message(usedAt === null ? "idle" : "active");
        usedAt = null;
        reportedAt = performance.now();
        schedule(heartbeat * 1000);
        try {
            const answer = await fetch(url, { method: "POST", body });
            // Signed out elsewhere, or the page is too old: there is nothing to say any more.
            if (answer.status === 403) stop();
        } catch {
            // The network is away; the next report may find it again.
        }
    };

    const used = (event) => {
        // Browsers also tell of a pointer under which the page has moved.
        if (!event.isTrusted || (event.type === "pointermove" && !event.movementX && !event.movementY)) return;
        const isNews = usedAt === null;
        usedAt = performance.now();
        if (isNews) schedule(Math.max(0, reportedAt + INTERVAL - usedAt));
    };

    const appeared = () => {
        if (document.visibilityState !== "visible") return;
        usedAt = performance.now();
        report();
    };

    const returned = (event) => {
        if (event.persisted) appeared();
    };

    const left = () => {
        clearTimeout(next);
        navigator.sendBeacon(url, message("closing"));
        // The browser may keep the page and show it again. Then it reports under another name, because the server may
        // receive the beacon after that report.
        page = newName();
    };

    const stop = () => {
        clearTimeout(next);
        for (const name of USES) document.removeEventListener(name, used);
        document.removeEventListener("visibilitychange", appeared);
        removeEventListener("pageshow", returned);
        removeEventListener("pagehide", left);
    };

    for (const name of USES) document.addEventListener(name, used, { passive: true });
    document.addEventListener("visibilitychange", appeared);
    addEventListener("pageshow", returned);
    addEventListener("pagehide", left);
    if (document.visibilityState === "visible") appeared();
    else report();
})();
